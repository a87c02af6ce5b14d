package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.lish.model.ResourceType;
import dev.lish.recorder.RecordedStream;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ServerInterceptors;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The recorder between a real Envoy and a server that knows one cluster. */
class RecorderEnvoyIT {
  static Stream<Arguments> envoysAndProtocols() {
    return Envoys.oldestAndNewest().stream()
        .flatMap(e -> Stream.of(Arguments.of(e, true), Arguments.of(e, false)));
  }

  @ParameterizedTest
  @MethodSource("envoysAndProtocols")
  void acknowledgedResponseIsRecordedAndClean(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    Cluster good = Cluster.newBuilder().setName("a").build();
    run(envoy, delta, recorder, List.of(good));

    recorder.assertClean();
    RecordedStream stream = recorder.streamsOf("node-1").get(0);
    assertThat(stream.isDelta()).isEqualTo(delta);
    assertThat(stream.isAggregated()).isTrue();
    assertThat(stream.isEnded()).isTrue();
    assertThat(stream.requests(ResourceType.CLUSTER)).hasSize(2);
    assertThat(stream.responses(ResourceType.CLUSTER))
        .singleElement()
        .satisfies(r -> assertThat(r.body("a")).hasValue(good.toByteString()));
  }

  @ParameterizedTest
  @MethodSource("envoysAndProtocols")
  void refusedResponseIsRecordedAndMustBeMeant(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    Cluster bad = Cluster.newBuilder().setName("a").setType(Cluster.DiscoveryType.EDS).build();
    run(envoy, delta, recorder, List.of(bad));

    recorder.assertClean(ResourceType.CLUSTER);
    assertThatThrownBy(recorder::assertClean)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("cluster NACK");
    assertThatThrownBy(() -> recorder.assertClean(ResourceType.CLUSTER, ResourceType.ROUTE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no NACK of route");
  }

  private static void run(
      Envoys.Envoy envoy, boolean delta, Recorder recorder, List<Cluster> clusters) {
    Server server =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .service(
                GrpcService.builder()
                    .addService(ServerInterceptors.intercept(new OneAnswer(clusters), recorder))
                    .build())
            .build();
    server.start().join();
    String bootstrap =
        Bootstraps.clustersOverAds(
            new Bootstraps.Node("node-1", "edge-1"), delta, server.activeLocalPort());
    try (EnvoyProcess process = EnvoyProcess.start(envoy, bootstrap)) {
      Await.until(
          "the response is answered",
          () ->
              recorder.streams().stream()
                  .anyMatch(s -> s.requests(ResourceType.CLUSTER).size() == 2));
      assertThat(process.isAlive()).isTrue();
    } finally {
      server.stop().join();
    }
    Await.until("the stream has ended", () -> recorder.streams().get(0).isEnded());
  }

  /** Answers the first request of each stream. */
  private static final class OneAnswer extends AggregatedDiscoveryServiceImplBase {
    private final List<Cluster> clusters;

    OneAnswer(List<Cluster> clusters) {
      this.clusters = clusters;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(
        StreamObserver<DiscoveryResponse> out) {
      DiscoveryResponse response =
          DiscoveryResponse.newBuilder()
              .setTypeUrl(ResourceType.CLUSTER.typeUrl())
              .setVersionInfo("1")
              .setNonce("n1")
              .addAllResources(clusters.stream().map(c -> Any.pack(c)).toList())
              .build();
      return new FirstOnly<>(out, response);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> out) {
      DeltaDiscoveryResponse.Builder response =
          DeltaDiscoveryResponse.newBuilder()
              .setTypeUrl(ResourceType.CLUSTER.typeUrl())
              .setNonce("n1");
      for (Cluster cluster : clusters) {
        response.addResources(
            Resource.newBuilder()
                .setName(cluster.getName())
                .setVersion("1")
                .setResource(Any.pack(cluster)));
      }
      return new FirstOnly<>(out, response.build());
    }
  }

  private static final class FirstOnly<A, B> implements StreamObserver<A> {
    private final StreamObserver<B> out;
    private final B response;
    private boolean answered;

    FirstOnly(StreamObserver<B> out, B response) {
      this.out = out;
      this.response = response;
    }

    @Override
    public void onNext(A request) {
      if (!answered) {
        answered = true;
        out.onNext(response);
      }
    }

    @Override
    public void onError(Throwable failure) {
      // Envoy has gone.
      answered = true;
    }

    @Override
    public void onCompleted() {
      out.onCompleted();
    }
  }
}
