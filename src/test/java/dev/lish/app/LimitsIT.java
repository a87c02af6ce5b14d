package dev.lish.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process takes from Envoys, as {@code lish.yaml} sets it, and silent peers. */
class LimitsIT {
  private static final String CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

  // Types and flags of HTTP/2 frames.
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int END_HEADERS = 4;

  @TempDir Path folder;

  private LishServer lish(String limits) {
    return LishServer.start(
            folder,
            SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3),
            "xds: { port: 0, limits: { stop_time: 1s, " + limits + " } }")
        .awaitReady();
  }

  /** One aggregated stream. */
  private static final class Stream implements StreamObserver<DiscoveryResponse> {
    final CompletableFuture<DiscoveryResponse> first = new CompletableFuture<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();
    final StreamObserver<DiscoveryRequest> requests;

    Stream(LishServer lish) {
      requests =
          GrpcClients.newClient(
                  "gproto+http://127.0.0.1:" + lish.xdsPort(),
                  AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub.class)
              .streamAggregatedResources(this);
    }

    void ask(int padding) {
      requests.onNext(
          DiscoveryRequest.newBuilder()
              .setTypeUrl(CLUSTERS)
              .setNode(
                  Node.newBuilder().setId("x" + "y".repeat(padding)).setCluster("inner-a").build())
              .build());
    }

    Status awaitEnd() throws Exception {
      return end.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(DiscoveryResponse response) {
      first.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }

  @Test
  void aRequestAboveTheLimitEndsItsStreamAlone() throws Exception {
    try (LishServer lish = lish("max_request_bytes: 4KiB")) {
      Stream good = new Stream(lish);
      good.ask(10);
      good.first.get(30, TimeUnit.SECONDS);
      Stream big = new Stream(lish);
      big.ask(10_000);
      assertThat(big.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(good.end).isNotDone();
      Await.until("the stream is gone", () -> lish.lish().nodes().size() == 1);
      Await.until(
          "it is counted",
          () ->
              Http.get(lish.url("/metrics"))
                  .body()
                  .contains("lish_xds_streams_ended_total{reason=\"size\"} 1.0"));
      good.requests.onCompleted();
    }
  }

  @Test
  void aPeerThatIsHalfGoneIsNoticed() throws Exception {
    try (LishServer lish = lish("ping_interval: 1s");
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), lish.xdsPort())) {
      Stream good = new Stream(lish);
      good.ask(10);
      good.first.get(30, TimeUnit.SECONDS);
      // An Envoy that asks for something and is never heard of again, though nothing is closed.
      OutputStream out = socket.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      out.write(frame(SETTINGS, 0, 0, new byte[0]));
      out.write(frame(HEADERS, END_HEADERS, 1, headers()));
      byte[] request =
          DiscoveryRequest.newBuilder()
              .setTypeUrl(CLUSTERS)
              .setNode(Node.newBuilder().setId("gone").setCluster("inner-a"))
              .build()
              .toByteArray();
      byte[] message = new byte[5 + request.length];
      message[4] = (byte) request.length;
      System.arraycopy(request, 0, message, 5, request.length);
      out.write(frame(DATA, 0, 1, message));
      out.flush();
      Await.until("it is there", () -> lish.lish().nodes().size() == 2);
      Await.until("it is noticed to be gone", () -> lish.lish().nodes().size() == 1);
      assertThat(good.end).isNotDone();
      good.requests.onCompleted();
    }
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) 0)
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** HPACK without compression: entries of the static table, and plain texts. */
  private static byte[] headers() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x80 | 3); // :method: POST
    block.write(0x80 | 6); // :scheme: http
    block.write(4); // :path
    text(block, "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources");
    block.write(1); // :authority
    text(block, "lish");
    block.write(0);
    text(block, "content-type");
    text(block, "application/grpc");
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(US_ASCII));
  }

  @Test
  void aStreamAboveTheLimitIsRefusedAndCounted() throws Exception {
    try (LishServer lish = lish("max_streams: 1")) {
      Stream first = new Stream(lish);
      first.ask(1);
      first.first.get(30, TimeUnit.SECONDS);
      Stream second = new Stream(lish);
      second.ask(2);
      assertThat(second.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Http.get(lish.url("/metrics")).body())
          .contains("lish_xds_streams_refused_total{reason=\"streams\"} 1.0");
      first.requests.onCompleted();
    }
  }
}
