package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.UInt32Value;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.lish.model.Revision;
import dev.lish.testing.Await;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc.AccessLogServiceStub;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.HTTPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.Identifier;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage.TCPAccessLogEntries;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccessLogsIT {
  private final RawLog raw = RawLog.none();
  private volatile Origins known = Origins.NONE;
  private final AccessLogs accessLogs =
      new AccessLogs(
          new AccessLogs.Limits(3, 10, 10, 10, 80), node -> known.of(node), Clock.systemUTC(), raw);
  private final Server server =
      Server.builder()
          .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .requestTimeoutMillis(0)
          .maxRequestLength(0)
          .service(
              GrpcService.builder()
                  .addService(accessLogs.service())
                  .maxRequestMessageLength(16 << 20)
                  .build())
          .build();

  @BeforeEach
  void start() {
    server.start().join();
  }

  @AfterEach
  void stop() {
    server.stop().join();
    accessLogs.close();
    raw.close();
  }

  private static HTTPAccessLogEntries http(String cluster, int... statuses) {
    HTTPAccessLogEntries.Builder entries = HTTPAccessLogEntries.newBuilder();
    for (int status : statuses) {
      entries.addLogEntry(
          HTTPAccessLogEntry.newBuilder()
              .setCommonProperties(AccessLogCommon.newBuilder().setUpstreamCluster(cluster))
              .setResponse(
                  HTTPResponseProperties.newBuilder().setResponseCode(UInt32Value.of(status))));
    }
    return entries.build();
  }

  private static StreamAccessLogsMessage.Builder from(String nodeCluster, String log) {
    return StreamAccessLogsMessage.newBuilder()
        .setIdentifier(
            Identifier.newBuilder()
                .setNode(Node.newBuilder().setId("edge-1").setCluster(nodeCluster))
                .setLogName(log));
  }

  /** A stream and how it ends. */
  private final class Client implements StreamObserver<StreamAccessLogsResponse> {
    private final CompletableFuture<StreamAccessLogsResponse> answer = new CompletableFuture<>();
    private final StreamObserver<StreamAccessLogsMessage> stream =
        GrpcClients.newClient(uri("gproto+http"), AccessLogServiceStub.class)
            .streamAccessLogs(this);

    @Override
    public void onNext(StreamAccessLogsResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable cause) {
      answer.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {}

    void end() throws Exception {
      stream.onCompleted();
      answer.get(20, TimeUnit.SECONDS);
    }

    Status.Code failure() throws Exception {
      try {
        answer.get(20, TimeUnit.SECONDS);
        return Status.Code.OK;
      } catch (ExecutionException e) {
        return Status.fromThrowable(e.getCause()).getCode();
      }
    }
  }

  @Test
  void countsPerClusterAndClassOverAllStreams() throws Exception {
    Client first = new Client();
    first.stream.onNext(from("edge", "ingress").setHttpLogs(http("payments", 200, 503)).build());
    first.stream.onNext(
        StreamAccessLogsMessage.newBuilder().setHttpLogs(http("payments", 200)).build());
    Client second = new Client();
    second.stream.onNext(
        from("edge", "tcp")
            .setTcpLogs(
                TCPAccessLogEntries.newBuilder()
                    .addLogEntry(
                        TCPAccessLogEntry.newBuilder()
                            .setCommonProperties(
                                AccessLogCommon.newBuilder().setUpstreamCluster("db"))))
            .build());
    first.end();
    second.end();

    AccessLogView view = accessLogs.view();
    assertThat(view.received()).isEqualTo(new AccessLogView.Received(0, 2, 0, 3, 0));
    assertThat(view.lost()).isEqualTo(new AccessLogView.Lost(0, 0, 0));
    assertThat(view.counts())
        .containsExactly(
            new AccessLogView.Count("db", ResponseClass.TCP, 1),
            new AccessLogView.Count("payments", ResponseClass.C2XX, 2),
            new AccessLogView.Count("payments", ResponseClass.C5XX, 1));
    assertThat(view.logs())
        .containsExactly(
            new AccessLogView.Log("edge", "ingress", 0, 3),
            new AccessLogView.Log("edge", "tcp", 0, 1));
  }

  @Test
  void seriesAboveTheLimitAreCountedTogether() throws Exception {
    Client client = new Client();
    client.stream.onNext(from("edge", "a").setHttpLogs(http("", 404)).build());
    for (int i = 0; i < 10; i++) {
      client.stream.onNext(
          StreamAccessLogsMessage.newBuilder().setHttpLogs(http("c" + i, 200)).build());
    }
    client.end();

    AccessLogView view = accessLogs.view();
    assertThat(view.entries()).isEqualTo(11);
    assertThat(view.series()).filteredOn(s -> !s.key().cluster().equals("other")).hasSize(3);
    assertThat(view.lost().folded()).isEqualTo(8);
  }

  @Test
  void openStreamIsShownAndEndsWithItsConnection() throws Exception {
    Client client = new Client();
    client.stream.onNext(from("edge", "ingress").setHttpLogs(http("payments", 200)).build());
    // A message is counted first, its entries when they have been read.
    Await.until(
        "its entry is counted",
        () ->
            accessLogs
                .view()
                .logs()
                .equals(List.of(new AccessLogView.Log("edge", "ingress", 1, 1))));

    assertThat(accessLogs.view().received().openStreams()).isEqualTo(1);
    assertThat(accessLogs.view().received().messages()).isEqualTo(1);
    client.stream.onError(Status.CANCELLED.asRuntimeException());

    Await.until("the stream has ended", () -> accessLogs.view().received().openStreams() == 0);
    assertThat(accessLogs.view().received().broken()).isEqualTo(1);
    assertThat(accessLogs.view().logs())
        .containsExactly(new AccessLogView.Log("edge", "ingress", 0, 1));
  }

  @Test
  void messageThatIsTooBigEndsItsStreamOnly() throws Exception {
    Client other = new Client();
    Client client = new Client();
    client.stream.onNext(
        from("edge", "x".repeat(AccessLogs.MAX_MESSAGE_BYTES))
            .setHttpLogs(http("payments", 200))
            .build());

    assertThat(client.failure()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(accessLogs.view().received().refused()).isEqualTo(1);
    other.stream.onNext(from("edge", "b").setHttpLogs(http("payments", 200)).build());
    other.end();
    assertThat(accessLogs.view().counts())
        .containsExactly(new AccessLogView.Count("payments", ResponseClass.C2XX, 1));
  }

  @Test
  void eachMessageIsJoinedWithWhatIsAcceptedThen() throws Exception {
    AtomicInteger revision = new AtomicInteger(7);
    Origins.Known envoy =
        new Origins.Known() {
          @Override
          public Origin look() {
            // As if it were never looked at again.
            return new Origin("beta", "edge", Optional.of(new Revision(7)));
          }

          @Override
          public Origin now(Origin looked) {
            return new Origin(
                looked.stage(), looked.group(), Optional.of(new Revision(revision.get())));
          }
        };
    known = node -> envoy;
    Client client = new Client();
    client.stream.onNext(from("edge", "ingress").setHttpLogs(http("payments", 200)).build());
    Await.until("the first is counted", () -> accessLogs.view().entries() == 1);
    revision.set(8);
    client.stream.onNext(
        StreamAccessLogsMessage.newBuilder().setHttpLogs(http("payments", 200, 503)).build());
    client.end();

    assertThat(accessLogs.traffic(Span.MINUTE).versions())
        .extracting(Traffic.Version::revision, version -> version.stats().requests())
        .containsExactlyInAnyOrder(tuple(7, 1L), tuple(8, 2L));
  }

  @Test
  void busyLoopSkipsEntriesAndCountsThem() throws Exception {
    try (AccessLogs none =
            new AccessLogs(
                new AccessLogs.Limits(3, 10, 10, 10, 0), Origins.NONE, Clock.systemUTC(), raw);
        Server busy =
            Server.builder()
                .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .service(
                    GrpcService.builder()
                        .addService(none.service())
                        .useBlockingTaskExecutor(false)
                        .build())
                .build()) {
      busy.start().join();
      CompletableFuture<StreamAccessLogsResponse> ended = new CompletableFuture<>();
      AccessLogServiceStub stub =
          GrpcClients.newClient(
              "gproto+http://127.0.0.1:" + busy.activeLocalPort(), AccessLogServiceStub.class);
      StreamObserver<StreamAccessLogsMessage> stream =
          stub.streamAccessLogs(
              new StreamObserver<>() {
                @Override
                public void onNext(StreamAccessLogsResponse response) {
                  ended.complete(response);
                }

                @Override
                public void onError(Throwable cause) {
                  ended.completeExceptionally(cause);
                }

                @Override
                public void onCompleted() {}
              });
      stream.onNext(from("edge", "ingress").setHttpLogs(http("payments", 200, 503)).build());
      stream.onCompleted();
      ended.get(20, TimeUnit.SECONDS);

      assertThat(none.view().entries()).isZero();
      assertThat(none.view().lost().dropped()).isEqualTo(2);
      assertThat(none.view().received().messages()).isEqualTo(1);
    }
  }

  @Test
  void malformedMessageIsRefused() {
    // A node that is said to have 127 bytes, and has none; before it gRPC's flag and length.
    byte[] bad = {0, 0, 0, 0, 4, 0x0a, 0x02, 0x0a, 0x7f};
    AggregatedHttpResponse response =
        WebClient.of(uri("http"))
            .blocking()
            .execute(
                RequestHeaders.of(
                    HttpMethod.POST,
                    "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs",
                    HttpHeaderNames.CONTENT_TYPE,
                    "application/grpc"),
                bad);

    String status =
        response.headers().get("grpc-status", response.trailers().get("grpc-status", "none"));
    assertThat(status).isEqualTo(Integer.toString(Status.Code.INVALID_ARGUMENT.value()));
    assertThat(accessLogs.view().received().refused()).isEqualTo(1);
    assertThat(accessLogs.view().received().openStreams()).isZero();
  }

  private String uri(String scheme) {
    return scheme + "://127.0.0.1:" + server.activeLocalPort();
  }
}
