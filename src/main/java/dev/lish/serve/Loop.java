package dev.lish.serve;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of one event loop. All but {@link #wake}, {@link #end} and views runs on it. */
final class Loop {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /** How exactly waits are kept. */
  private static final long TICK_MILLIS = 50;

  private final EventLoop eventLoop;
  private final Streams streams;

  /** Read by other threads for views. */
  private final Set<AdsStream> members = ConcurrentHashMap.newKeySet();

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
    members.add(stream);
    if (tick == null) {
      tick =
          eventLoop.scheduleAtFixedRate(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void remove(AdsStream stream) {
    members.remove(stream);
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
    for (AdsStream stream : members) {
      guarded(stream, AdsStream::pump);
    }
  }

  private void tick() {
    long now = streams.now();
    if (earliest <= now) {
      earliest = Long.MAX_VALUE;
      for (AdsStream stream : members) {
        if (stream.wakeAt() <= now) {
          guarded(stream, AdsStream::pump);
        }
        wakeBy(stream.wakeAt());
      }
    }
    if (++ticks % expiry == 0) {
      for (AdsStream stream : members) {
        guarded(stream, AdsStream::expire);
      }
    }
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
    eventLoop.execute(() -> snapshotOf(members).forEach(stream -> guarded(stream, AdsStream::end)));
  }

  private static Set<AdsStream> snapshotOf(Set<AdsStream> members) {
    Set<AdsStream> copy = Collections.newSetFromMap(new IdentityHashMap<>());
    copy.addAll(members);
    return copy;
  }

  void views(List<NodeView> into) {
    for (AdsStream stream : members) {
      stream.view().ifPresent(into::add);
    }
  }
}
