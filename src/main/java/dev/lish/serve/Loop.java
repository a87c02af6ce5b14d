package dev.lish.serve;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of one event loop. All but {@link #wake} and {@link #end} runs on it. */
final class Loop {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /** How exactly waits are kept. */
  private static final long TICK_MILLIS = 50;

  private final EventLoop eventLoop;
  private final Streams streams;

  /**
   * In the order in which they came, as far as possible: so they lie in memory, and a sweep over
   * thousands of them waits for memory most of the time.
   */
  private final List<AdsStream> members = new ArrayList<>();

  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> tick;

  /** How many ticks until it is seen whether streams have lasted for too long, and so far. */
  private final long expiry;

  private long ticks;

  /** No stream wants to be woken before: a tick that has nothing to do looks at none of them. */
  private long earliest = Long.MAX_VALUE;

  Loop(EventLoop eventLoop, Streams streams) {
    this.eventLoop = eventLoop;
    this.streams = streams;
    expiry = streams.limits.lifetimes().between().toMillis() / TICK_MILLIS;
  }

  void add(AdsStream stream) {
    stream.place = members.size();
    members.add(stream);
    if (tick == null) {
      tick =
          eventLoop.scheduleAtFixedRate(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void remove(AdsStream stream) {
    AdsStream last = members.remove(members.size() - 1);
    if (last != stream) {
      last.place = stream.place;
      members.set(last.place, last);
    }
    if (members.isEmpty() && tick != null) {
      tick.cancel(false);
      tick = null;
    }
  }

  /** A stream of this loop wants to be pumped then, although nothing happens. */
  void wakeBy(long time) {
    earliest = Math.min(earliest, time);
  }

  /** There is something new; publications that come before the sweep are swept as one. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      eventLoop.execute(this::sweep);
    }
  }

  private void sweep() {
    woken.set(false);
    each(AdsStream::pump);
  }

  /** Those that leave meanwhile are not missed: their place is taken by one that had its turn. */
  private void each(Consumer<AdsStream> task) {
    for (int i = members.size() - 1; i >= 0; i--) {
      guarded(members.get(i), task);
    }
  }

  private void tick() {
    long now = streams.now();
    if (earliest <= now) {
      earliest = Long.MAX_VALUE;
      each(stream -> due(stream, now));
    }
    if (++ticks % expiry == 0) {
      each(AdsStream::expire);
    }
  }

  private void due(AdsStream stream, long now) {
    if (stream.wakeAt() <= now) {
      stream.pump();
    }
    wakeBy(stream.wakeAt());
  }

  /** A bug that one stream meets must not end the turn of the others. */
  static void guarded(AdsStream stream, Consumer<AdsStream> task) {
    try {
      task.accept(stream);
    } catch (RuntimeException e) {
      LOG.error("Stream {} failed and is closed", stream, e);
      stream.fail();
    }
  }

  void end() {
    eventLoop.execute(() -> each(AdsStream::end));
  }
}
