package dev.lish.accesslog;

import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Envoy's gRPC access-log service: accepts every stream and adds up its entries. Nothing that
 * streams do waits, so they may run on event loops: {@code useBlockingTaskExecutor(false)}.
 */
public final class AccessLogs implements AutoCloseable {
  /** Stands for everything above a limit. */
  public static final String OTHER = "other";

  /** Stands for the upstream cluster of a request that Envoy answered itself. */
  public static final String NO_CLUSTER = "none";

  /** A bigger message ends its stream; Envoy sends when it has 16 KiB, unless told otherwise. */
  public static final int MAX_MESSAGE_BYTES = 4 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AccessLogs.class);
  private static final int MAX_LOGS = 256;
  private static final long FOLD_MILLIS = 1_000;

  final LongAdder openStreams = new LongAdder();
  final LongAdder streams = new LongAdder();
  final LongAdder broken = new LongAdder();
  final LongAdder messages = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder partial = new LongAdder();
  final Totals<LogTotal> logs = new Totals<>(MAX_LOGS, LogStream.OTHER_LOG, LogTotal::new);

  private final Origins origins;
  private final RawLog raw;
  private final Clock clock;
  private final List<Shard> shards = new CopyOnWriteArrayList<>();
  private final ThreadLocal<Shard> shard;
  private final Set<LogStream> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService folds;

  /** Folds one at a time, and whoever reads what they made. */
  private final Object lock = new Object();

  private final Aggregates aggregates;
  private long droppedBefore;

  static final class LogTotal {
    final LongAdder openStreams = new LongAdder();
    final LongAdder entries = new LongAdder();
  }

  /**
   * What is kept at most; the rest is counted together, under {@link #OTHER}.
   *
   * @param series of metrics
   * @param clusters with windows
   * @param versions with windows
   * @param edges of the graph
   * @param loopShare percent of an event loop's time that reading entries may take, 0 to 100
   */
  public record Limits(int series, int clusters, int versions, int edges, int loopShare) {
    /** For most meshes. */
    public static final Limits DEFAULT = new Limits(2_000, 500, 64, 2_000, 80);

    /** The same with so many series. */
    public Limits withSeries(int most) {
      return new Limits(most, clusters, versions, edges, loopShare);
    }

    /** Checks the numbers. */
    public Limits {
      if (series < 1 || clusters < 1 || versions < 1 || edges < 1) {
        throw new IllegalArgumentException(
            series + ", " + clusters + ", " + versions + ", " + edges + " (expected: 1 or more)");
      }
      if (loopShare < 0 || loopShare > 100) {
        throw new IllegalArgumentException("loopShare: " + loopShare + " (expected: 0..100)");
      }
    }
  }

  /**
   * Counts nothing yet. To be closed.
   *
   * @param origins what is known of the Envoys
   * @param clock for the windows
   * @param raw takes the entries themselves; not closed here
   */
  public AccessLogs(Limits limits, Origins origins, Clock clock, RawLog raw) {
    this.origins = origins;
    this.clock = clock;
    this.raw = raw;
    aggregates = new Aggregates(limits, second());
    shard =
        ThreadLocal.withInitial(
            () -> {
              Shard fresh = new Shard(limits);
              shards.add(fresh);
              return fresh;
            });
    folds =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "lish-access-logs");
              thread.setDaemon(true);
              return thread;
            });
    // It ends only with the executor; what it throws is caught inside.
    var unused =
        folds.scheduleWithFixedDelay(
            this::foldSafely, FOLD_MILLIS, FOLD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The service to add to a gRPC server. */
  public ServerServiceDefinition service() {
    MethodDescriptor<StreamAccessLogsMessage, StreamAccessLogsResponse> method =
        AccessLogServiceGrpc.getStreamAccessLogsMethod();
    return ServerServiceDefinition.builder(AccessLogServiceGrpc.SERVICE_NAME)
        .addMethod(
            method.toBuilder(
                    new Batch.Marshaller(MAX_MESSAGE_BYTES, bytes -> refused.increment()),
                    method.getResponseMarshaller())
                .build(),
            ServerCalls.asyncClientStreamingCall(answer -> new LogStream(this, answer)))
        .build();
  }

  RawLog raw() {
    return raw;
  }

  Origins origins() {
    return origins;
  }

  /** What the calling event loop fills. */
  Shard shard() {
    return shard.get();
  }

  void opened(LogStream stream) {
    streams.increment();
    openStreams.increment();
    open.add(stream);
  }

  void closed(LogStream stream) {
    openStreams.decrement();
    open.remove(stream);
  }

  private long second() {
    return clock.instant().getEpochSecond();
  }

  private void foldSafely() {
    try {
      synchronized (lock) {
        fold();
      }
      open.forEach(LogStream::refresh);
      tellDrops();
    } catch (RuntimeException e) {
      LOG.error("A bug: access logs were not added up this time", e);
    }
  }

  private void fold() {
    aggregates.at(second());
    shards.forEach(s -> s.fold(aggregates));
  }

  private void tellDrops() {
    long now = dropped.sum();
    if (now > droppedBefore) {
      LOG.warn(
          "{} access-log entries were not read: event loops are busy"
              + " (access_logs.port in lish.yaml gives logs their own)",
          now - droppedBefore);
    }
    droppedBefore = now;
  }

  /** What was received until now. */
  public AccessLogView view() {
    List<AccessLogView.Series> series;
    long folded;
    synchronized (lock) {
      fold();
      series = aggregates.series();
      folded = aggregates.folded();
    }
    return new AccessLogView(
        new AccessLogView.Received(
            openStreams.sum(), streams.sum(), broken.sum(), messages.sum(), refused.sum()),
        new AccessLogView.Lost(dropped.sum(), partial.sum(), folded),
        series,
        logs(),
        raw.view());
  }

  /** The traffic of the last minute, five minutes or hour. */
  public Traffic traffic(Span span) {
    synchronized (lock) {
      fold();
      return aggregates.traffic(span, second());
    }
  }

  private List<AccessLogView.Log> logs() {
    List<AccessLogView.Log> list = new ArrayList<>();
    logs.forEach(
        (key, total) -> {
          long opened = total.openStreams.sum();
          long sum = total.entries.sum();
          if (opened > 0 || sum > 0) {
            list.add(LogStream.log(key, opened, sum));
          }
        });
    list.sort(
        Comparator.comparing(AccessLogView.Log::nodeCluster)
            .thenComparing(AccessLogView.Log::name));
    return list;
  }

  /** Ends its thread; streams are ended by the server. */
  @Override
  public void close() {
    folds.shutdownNow();
  }
}
