package dev.lish.accesslog;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Envoy's gRPC access-log service: accepts every stream and counts its entries per upstream cluster
 * and response class. Nothing here waits, so it may run on event loops.
 */
public final class AccessLogs {
  /** Stands for all clusters, or logs, above the limit. */
  public static final String OTHER = "other";

  /** Stands for the upstream cluster of a request that Envoy answered itself. */
  public static final String NO_CLUSTER = "none";

  /** A bigger message ends its stream; Envoy sends when it has 16 KiB, unless told otherwise. */
  public static final int MAX_MESSAGE_BYTES = 4 << 20;

  private static final int MAX_LOGS = 256;
  private static final ByteString OTHER_KEY = ByteString.copyFromUtf8(OTHER);
  private static final ByteString NO_CLUSTER_KEY = ByteString.copyFromUtf8(NO_CLUSTER);

  /** Between the node's cluster and the log's name in a key; UTF-8 has no such byte. */
  private static final ByteString SEPARATOR = ByteString.copyFrom(new byte[] {(byte) 0xff});

  private final Totals<EnumMap<ResponseClass, LongAdder>> counts;
  private final Totals<LogTotal> logs = new Totals<>(MAX_LOGS, OTHER_KEY, LogTotal::new);
  private final LongAdder openStreams = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final LongAdder messages = new LongAdder();
  private final LongAdder refused = new LongAdder();

  private static final class LogTotal {
    private final LongAdder openStreams = new LongAdder();
    private final LongAdder entries = new LongAdder();
  }

  /**
   * Counts nothing yet.
   *
   * @param maxClusters how many upstream clusters are told apart; 1 or more
   */
  public AccessLogs(int maxClusters) {
    if (maxClusters < 1) {
      throw new IllegalArgumentException("maxClusters: " + maxClusters + " (expected: 1 or more)");
    }
    counts = new Totals<>(maxClusters, OTHER_KEY, AccessLogs::perClass);
  }

  /** One sum per class; only the sums change. */
  private static EnumMap<ResponseClass, LongAdder> perClass() {
    EnumMap<ResponseClass, LongAdder> sums = new EnumMap<>(ResponseClass.class);
    for (ResponseClass response : ResponseClass.values()) {
      sums.put(response, new LongAdder());
    }
    return sums;
  }

  /** The service to add to a gRPC server. */
  public ServerServiceDefinition service() {
    MethodDescriptor<StreamAccessLogsMessage, StreamAccessLogsResponse> method =
        AccessLogServiceGrpc.getStreamAccessLogsMethod();
    return ServerServiceDefinition.builder(AccessLogServiceGrpc.SERVICE_NAME)
        .addMethod(
            method.toBuilder(new Bytes(), method.getResponseMarshaller()).build(),
            ServerCalls.asyncClientStreamingCall(Stream::new))
        .build();
  }

  /** What was received until now. */
  public AccessLogView view() {
    List<AccessLogView.Count> entries = new ArrayList<>();
    counts.forEach(
        (cluster, perClass) ->
            perClass.forEach(
                (response, adder) -> {
                  long sum = adder.sum();
                  if (sum > 0) {
                    entries.add(new AccessLogView.Count(cluster.toStringUtf8(), response, sum));
                  }
                }));
    entries.sort(
        Comparator.comparing(AccessLogView.Count::cluster)
            .thenComparing(AccessLogView.Count::response));
    return new AccessLogView(
        openStreams.sum(), streams.sum(), messages.sum(), refused.sum(), entries, logs());
  }

  private List<AccessLogView.Log> logs() {
    List<AccessLogView.Log> list = new ArrayList<>();
    logs.forEach(
        (key, total) -> {
          int cut = separator(key);
          String cluster = cut < 0 ? OTHER : key.substring(0, cut).toStringUtf8();
          String name = cut < 0 ? OTHER : key.substring(cut + 1).toStringUtf8();
          long open = total.openStreams.sum();
          long sum = total.entries.sum();
          if (open > 0 || sum > 0) {
            list.add(new AccessLogView.Log(cluster, name, open, sum));
          }
        });
    list.sort(
        Comparator.comparing(AccessLogView.Log::nodeCluster)
            .thenComparing(AccessLogView.Log::name));
    return list;
  }

  /** Where the separator stands; -1 in the key of all logs above the limit. */
  private static int separator(ByteString key) {
    for (int i = 0; i < key.size(); i++) {
      if (key.byteAt(i) == SEPARATOR.byteAt(0)) {
        return i;
      }
    }
    return -1;
  }

  /** A stream; gRPC calls it by one thread at a time. */
  private final class Stream implements StreamObserver<ByteString>, BatchReader.Sink {
    private final StreamObserver<StreamAccessLogsResponse> answer;
    private LogTotal log = logs.get(SEPARATOR);
    private boolean open = true;

    Stream(StreamObserver<StreamAccessLogsResponse> answer) {
      this.answer = answer;
      streams.increment();
      openStreams.increment();
      log.openStreams.increment();
    }

    @Override
    public void onNext(ByteString message) {
      if (!open) {
        return;
      }
      messages.increment();
      try {
        BatchReader.read(message, this);
      } catch (IOException e) {
        refused.increment();
        close();
        answer.onError(
            Status.INVALID_ARGUMENT
                .withDescription(e.getMessage() + " (expected: a StreamAccessLogsMessage)")
                .asRuntimeException());
      }
    }

    @Override
    public void identifier(ByteString nodeCluster, ByteString logName) {
      log.openStreams.decrement();
      log = logs.get(nodeCluster.concat(SEPARATOR).concat(logName));
      log.openStreams.increment();
    }

    @Override
    public void entry(ByteString upstreamCluster, ResponseClass response) {
      log.entries.increment();
      EnumMap<ResponseClass, LongAdder> perClass =
          counts.get(upstreamCluster.isEmpty() ? NO_CLUSTER_KEY : upstreamCluster);
      requireNonNull(perClass.get(response)).increment();
    }

    @Override
    public void onError(Throwable cause) {
      close();
    }

    @Override
    public void onCompleted() {
      if (open) {
        close();
        answer.onNext(StreamAccessLogsResponse.getDefaultInstance());
        answer.onCompleted();
      }
    }

    private void close() {
      if (open) {
        open = false;
        openStreams.decrement();
        log.openStreams.decrement();
      }
    }
  }

  /** Takes the message as it is, bounded whatever the server's own limit is. */
  private final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString value) {
      return new ByteArrayInputStream(value.toByteArray());
    }

    @Override
    public ByteString parse(InputStream stream) {
      byte[] bytes;
      try {
        bytes = stream.readNBytes(MAX_MESSAGE_BYTES + 1);
      } catch (IOException e) {
        throw Status.INTERNAL.withCause(e).asRuntimeException();
      }
      if (bytes.length > MAX_MESSAGE_BYTES) {
        refused.increment();
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("message above " + MAX_MESSAGE_BYTES + " bytes")
            .asRuntimeException();
      }
      return UnsafeByteOperations.unsafeWrap(bytes);
    }
  }
}
