package dev.lish.app;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.stub.StreamObserver;

/** The access-log stream of an Envoy in zone tokyo-1, which sends what a test wants. */
final class LogClient implements AutoCloseable, StreamObserver<StreamAccessLogsResponse> {
  private final StreamObserver<StreamAccessLogsMessage> out;
  private final Node node;

  LogClient(int port, String id, String cluster) {
    node =
        Node.newBuilder()
            .setId(id)
            .setCluster(cluster)
            .setLocality(Locality.newBuilder().setZone("tokyo-1"))
            .build();
    out =
        GrpcClients.builder("gproto+http://127.0.0.1:" + port + "/")
            .responseTimeoutMillis(0)
            .build(AccessLogServiceGrpc.AccessLogServiceStub.class)
            .streamAccessLogs(this);
  }

  /** A request that has ended; one with a status of 5xx had no healthy upstream. */
  void send(String upstreamCluster, int status) {
    AccessLogCommon.Builder common =
        AccessLogCommon.newBuilder()
            .setUpstreamCluster(upstreamCluster)
            .setRouteName("route")
            .setAccessLogType(AccessLogType.DownstreamEnd)
            .setUpstreamRequestAttemptCount(2)
            .setTimeToFirstUpstreamRxByte(Duration.newBuilder().setNanos(4_000_000))
            .setDuration(Duration.newBuilder().setNanos(5_000_000))
            .setResponseFlags(ResponseFlags.newBuilder().setNoHealthyUpstream(status >= 500));
    HTTPResponseProperties response =
        HTTPResponseProperties.newBuilder()
            .setResponseCode(UInt32Value.of(status))
            .setResponseBodyBytes(100)
            .build();
    out.onNext(
        StreamAccessLogsMessage.newBuilder()
            .setIdentifier(
                StreamAccessLogsMessage.Identifier.newBuilder().setLogName("edge").setNode(node))
            .setHttpLogs(
                HTTPAccessLogEntries.newBuilder()
                    .addLogEntry(
                        HTTPAccessLogEntry.newBuilder()
                            .setCommonProperties(common)
                            .setResponse(response)))
            .build());
  }

  @Override
  public void onNext(StreamAccessLogsResponse response) {}

  @Override
  public void onError(Throwable error) {}

  @Override
  public void onCompleted() {}

  @Override
  public void close() {
    out.onCompleted();
  }
}
