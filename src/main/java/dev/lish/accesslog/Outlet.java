package dev.lish.accesslog;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sink behind a queue of its own, so that one that is slow or broken holds up nobody. */
final class Outlet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
  private static final int MAX_LINES = 8_192;
  private static final long MAX_BYTES = 16 << 20;
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CLOSE_MILLIS = 2_000;

  /** After a failure the sink rests so long; what comes meanwhile is dropped. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final LineSink sink;
  private final LongSupplier nanos;
  private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(MAX_LINES);
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Thread thread;
  private volatile boolean closing;

  /** The last attempt failed; only a line that arrives ends it. */
  private volatile boolean broken;

  /** For a while after a failure. */
  private volatile boolean resting;

  private long restUntil;
  private long flushedAt;

  @SuppressWarnings("ArrayRecordComponent") // Carried from thread to thread, never compared.
  private record Line(String key, byte[] text) {}

  Outlet(LineSink sink, LongSupplier nanos) {
    this.sink = sink;
    this.nanos = nanos;
    thread = new Thread(this::run, "lish-raw-" + sink.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Takes a line, or drops it and counts it; never waits. */
  void offer(String key, byte[] text) {
    if (resting) {
      dropped.increment();
    } else if (bytes.addAndGet(text.length) > MAX_BYTES || !queue.offer(new Line(key, text))) {
      bytes.addAndGet(-text.length);
      dropped.increment();
    }
  }

  RawView.Sink view() {
    LineSink.Tally tally = sink.tally();
    return new RawView.Sink(
        sink.name(), !broken, tally.written(), dropped.sum() + tally.lost(), failures.sum());
  }

  /** For tests: nothing waits to be taken. */
  boolean isIdle() {
    return bytes.get() == 0;
  }

  private void run() {
    flushedAt = nanos.getAsLong();
    while (!closing || !queue.isEmpty()) {
      try {
        Line line = queue.poll(200, TimeUnit.MILLISECONDS);
        step(line == null ? null : line.key(), line == null ? null : line.text());
      } catch (InterruptedException e) {
        // It is asked to end; the rest of the queue is lost.
        break;
      } catch (RuntimeException e) {
        LOG.error("A bug: a line for {} is lost", sink.name(), e);
      }
    }
    sink.close();
  }

  private void step(
      @org.jspecify.annotations.Nullable String key,
      byte @org.jspecify.annotations.Nullable [] text) {
    if (text != null) {
      bytes.addAndGet(-text.length);
    }
    long now = nanos.getAsLong();
    resting = resting && now - restUntil < 0;
    if (resting) {
      dropped.add(text == null ? 0 : 1);
      return;
    }
    try {
      if (text != null && key != null) {
        sink.write(key, text);
        recover();
      }
      if (!broken && now - flushedAt > FLUSH_NANOS) {
        flushedAt = now;
        sink.flush();
      }
    } catch (IOException e) {
      failures.increment();
      if (!broken) {
        LOG.warn(
            "Raw access logs cannot go to {}, and are dropped: {}", sink.name(), String.valueOf(e));
      }
      restUntil = now + REST_NANOS;
      resting = true;
      broken = true;
    }
  }

  /** A sink that takes a line into its buffer does not work for that. */
  private void recover() throws IOException {
    if (broken) {
      sink.settle();
      LOG.info("Raw access logs go to {} again", sink.name());
      broken = false;
    }
  }

  /** Writes what is queued, for a short while, and ends. */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join(CLOSE_MILLIS);
      if (thread.isAlive()) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
