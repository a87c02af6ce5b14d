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
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean broken;
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
    if (broken || bytes.addAndGet(text.length) > MAX_BYTES || !queue.offer(new Line(key, text))) {
      if (!broken) {
        bytes.addAndGet(-text.length);
      }
      dropped.increment();
    }
  }

  RawView.Sink view() {
    return new RawView.Sink(sink.name(), !broken, written.sum(), dropped.sum(), failures.sum());
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
    if (broken && now - restUntil < 0) {
      dropped.add(text == null ? 0 : 1);
      return;
    }
    boolean tried = broken;
    try {
      if (text != null && key != null) {
        sink.write(key, text);
      }
      if (now - flushedAt > FLUSH_NANOS || tried) {
        flushedAt = now;
        sink.flush();
      }
      written.add(text == null ? 0 : 1);
      if (tried) {
        LOG.info("Raw access logs go to {} again", sink.name());
      }
      broken = false;
    } catch (IOException e) {
      failures.increment();
      dropped.add(text == null ? 0 : 1);
      if (!tried) {
        LOG.warn(
            "Raw access logs cannot go to {}, and are dropped: {}", sink.name(), String.valueOf(e));
      }
      broken = true;
      restUntil = now + REST_NANOS;
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
