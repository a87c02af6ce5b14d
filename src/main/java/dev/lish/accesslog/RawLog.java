package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Entries as lines of JSON, for sinks and for those who follow. */
public final class RawLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RawLog.class);
  private static final int MAX_ENTRIES = 8_192;
  private static final long MAX_BYTES = 16 << 20;
  private static final int MAX_FOLLOWERS = 16;

  private final RawSettings settings;
  private final List<Outlet> outlets;
  private final LineWriter lines;
  private final List<Follower> followers = new CopyOnWriteArrayList<>();
  private final BlockingQueue<RawEntry> queue = new ArrayBlockingQueue<>(MAX_ENTRIES);
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private final ThreadLocal<int[]> turns = ThreadLocal.withInitial(() -> new int[2]);
  private final Thread thread;
  private volatile boolean closing;

  private record Follower(RawFilter filter, Consumer<String> lines) {}

  /** For those who follow only; to be closed. */
  public static RawLog none() {
    return new RawLog(RawSettings.NOTHING, List.of());
  }

  /** Into rolling files, to Kafka, or both; to be closed. */
  public static RawLog open(
      RawSettings settings,
      Optional<FileSettings> files,
      Optional<KafkaSettings> kafka,
      Clock clock) {
    List<LineSink> sinks = new ArrayList<>();
    files.ifPresent(f -> sinks.add(new GzipFiles(f, clock, Files::newOutputStream)));
    kafka.ifPresent(k -> sinks.add(new KafkaSink(k)));
    return new RawLog(settings, sinks);
  }

  /** Of these settings and sinks; to be closed. */
  RawLog(RawSettings settings, List<LineSink> sinks) {
    this.settings = settings;
    this.lines = new LineWriter(settings.redacted());
    outlets = sinks.stream().map(sink -> new Outlet(sink, System::nanoTime)).toList();
    outlets.forEach(Outlet::start);
    thread = new Thread(this::run, "lish-raw-logs");
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes the entry if somebody wants it. Called on event loops: never waits. */
  void take(Entry entry, Writer writer, Origin origin) {
    boolean sampled = settings.keeps() && !outlets.isEmpty() && sampled(entry);
    if (sampled || followed(entry)) {
      offer(new RawEntry(writer, origin, entry.copy(), entry.tcp, sampled));
    }
  }

  private boolean followed(Entry entry) {
    if (followers.isEmpty()) {
      return false;
    }
    for (Follower follower : followers) {
      if (follower.filter().takes(entry)) {
        return true;
      }
    }
    return false;
  }

  private boolean sampled(Entry entry) {
    ResponseClass response = entry.response();
    if (response.isError(entry.failure())) {
      return true;
    }
    boolean clientError = response == ResponseClass.C4XX;
    int oneIn = clientError ? settings.oneIn4xx() : settings.oneIn();
    if (oneIn <= 1) {
      return oneIn == 1;
    }
    int[] turn = turns.get();
    int kind = clientError ? 1 : 0;
    turn[kind] = (turn[kind] + 1) % oneIn;
    return turn[kind] == 0;
  }

  private void offer(RawEntry entry) {
    if (bytes.addAndGet(entry.bytes().length) > MAX_BYTES || !queue.offer(entry)) {
      bytes.addAndGet(-entry.bytes().length);
      dropped.increment();
    }
  }

  /**
   * Gives the lines of entries from now on, until what is returned is closed.
   *
   * @param reader called by one thread, so it must not wait
   * @throws IllegalStateException when too many follow already
   */
  public AutoCloseable follow(RawFilter filter, Consumer<String> reader) {
    Follower follower = new Follower(filter, reader);
    synchronized (followers) {
      if (followers.size() >= MAX_FOLLOWERS) {
        throw new IllegalStateException(
            followers.size() + " follow the logs already (expected: fewer)");
      }
      followers.add(follower);
    }
    return () -> followers.remove(follower);
  }

  /** How it goes. */
  public RawView view() {
    return new RawView(
        dropped.sum(), followers.size(), outlets.stream().map(Outlet::view).toList());
  }

  private void run() {
    Entry entry = new Entry();
    while (!closing || !queue.isEmpty()) {
      try {
        RawEntry raw = queue.poll(200, TimeUnit.MILLISECONDS);
        if (raw != null) {
          bytes.addAndGet(-raw.bytes().length);
          spread(raw, entry);
        }
      } catch (InterruptedException e) {
        return;
      } catch (InvalidProtocolBufferException e) {
        LOG.debug("An entry that cannot be read is not kept: {}", e.getMessage());
      } catch (java.io.IOException | RuntimeException e) {
        LOG.error("A bug: an access-log entry is lost", e);
      }
    }
  }

  private void spread(RawEntry raw, Entry entry) throws java.io.IOException {
    new EntryReader(new Cursor(raw.bytes(), 0), entry).read(raw.bytes().length, raw.tcp());
    raw.origin().destinations().complete(entry, raw.writer().logName());
    String line = lines.line(raw, entry);
    if (raw.sampled()) {
      byte[] text = line.getBytes(UTF_8);
      outlets.forEach(outlet -> outlet.offer(raw.writer().nodeId(), text));
    }
    for (Follower follower : followers) {
      if (follower.filter().takes(entry)) {
        follower.lines().accept(line);
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
      thread.interrupt();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    outlets.forEach(Outlet::close);
  }
}
