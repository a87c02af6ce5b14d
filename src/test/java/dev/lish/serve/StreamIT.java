package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.testing.Await;
import io.envoyproxy.envoy.service.cluster.v3.ClusterDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.endpoint.v3.EndpointDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.extension.v3.ExtensionConfigDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.listener.v3.ListenerDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.route.v3.RouteDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.runtime.v3.RuntimeDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams as such: who may open them, how they end, what others learn of them. */
class StreamIT {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void firstRequestMustCarryTheNode(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta).noNode()) {
      client.ask(CLUSTER);
      Status end = client.end();
      assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(end.getDescription()).contains("node");
    }
  }

  @Test
  void requestWithoutTypeUrlIsInvalidOnAnAggregatedStream() {
    try (Server server = new Server();
        Client client = Client.sotw(server)) {
      client.send(DiscoveryRequest.newBuilder());
      assertThat(client.end().getDescription()).contains("type_url");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unknownTypeIsMetBySilenceAndOthersGoOn(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      String unknown = "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration";
      if (delta) {
        client.send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(unknown));
      } else {
        client.send(DiscoveryRequest.newBuilder().setTypeUrl(unknown));
      }
      client.silent();
      client.ask(CLUSTER).accept(CLUSTER);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAnEnvoyHasAcceptedIsKnownFromItsAck(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      Await.until("it has the first", () -> accepted(server).revision().isPresent());
      Accepted first = accepted(server);
      assertThat(first.revision()).contains(new Revision(1));
      assertThat(first.versions()).containsOnlyKeys("cluster");
      assertThat(accepted(server)).isSameAs(first);

      server.publish(Mesh.small().cluster("a", 7).revision(2));
      Client.Answer second = client.next(CLUSTER);
      assertThat(accepted(server)).isSameAs(first);
      client.nack(second, "no");
      server.event(StreamEvent.Nacked.class);
      assertThat(accepted(server)).isSameAs(first);

      server.publish(Mesh.small().cluster("a", 8).revision(3));
      client.accept(CLUSTER);
      Await.until("it has the third", () -> !accepted(server).equals(first));
      Await.until(
          "in full", () -> accepted(server).revision().equals(Optional.of(new Revision(3))));
      assertThat(accepted(server).versions()).doesNotContainEntry("cluster", version(first));
      client.reset();
      Await.until("it is gone", () -> accepted(server).equals(Accepted.NOTHING));
    }
  }

  private static Accepted accepted(Server server) {
    return server.xds.accepted("envoy-1");
  }

  private static String version(Accepted accepted) {
    return accepted.versions().getOrDefault("cluster", "");
  }

  @Test
  void garbageEndsItsStreamOnly() {
    try (Server server = new Server();
        Client other = Client.sotw(server)) {
      server.publish(Mesh.small());
      other.ask(CLUSTER).accept(CLUSTER);
      byte[] frame = {0, 0, 0, 0, 3, (byte) 0xff, (byte) 0xff, (byte) 0xff};
      var response =
          WebClient.of("h2c://127.0.0.1:" + server.port())
              .execute(
                  RequestHeaders.of(
                      HttpMethod.POST,
                      "/envoy.service.discovery.v3.AggregatedDiscoveryService/"
                          + "StreamAggregatedResources",
                      HttpHeaderNames.CONTENT_TYPE,
                      "application/grpc"),
                  frame)
              .aggregate()
              .join();
      String status =
          response.trailers().get("grpc-status", response.headers().get("grpc-status", ""));
      assertThat(status).isEqualTo("3");
      other.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nodeOfNoGroupIsSentNothingUntilItBelongs(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta).node("stray", "elsewhere")) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).ask(LISTENER);
      server.event(StreamEvent.Connected.class);
      Await.until(
          "it is seen to match no group",
          () -> server.xds.nodes().get(0).state() == NodeView.State.UNMATCHED);
      NodeView view = server.xds.nodes().get(0);
      assertThat(view.key()).isEmpty();
      assertThat(view.types()).isEmpty();
      server.xds.publish(Mesh.small().assignment("elsewhere"));
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
      assertThat(client.accept(LISTENER).names()).containsExactly("front");
      // Nor is it told to drop anything when it does not belong any more.
      server.xds.publish(Mesh.empty().assignment("edge"));
      server.xds.publish(Mesh.small().listener("front", 9, "main").assignment("elsewhere"));
      assertThat(client.accept(LISTENER).names()).containsExactly("front");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamsOfTheSameNodeAreIndependent(boolean delta) {
    try (Server server = new Server();
        Client one = Client.of(server, delta);
        Client two = Client.of(server, delta)) {
      server.publish(Mesh.small());
      one.ask(CLUSTER);
      two.ask(CLUSTER);
      one.nack(one.next(CLUSTER), "no").silent();
      two.accept(CLUSTER);
      assertThat(server.xds.streams()).isEqualTo(2);
      Await.until(
          "one is synced and the other is not",
          () ->
              Set.of(NodeView.State.NACKED, NodeView.State.SYNCED)
                  .equals(
                      server.xds.nodes().stream()
                          .map(NodeView::state)
                          .collect(Collectors.toSet())));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void acceptedByAllIsToldOnce(boolean delta) {
    try (Server server = new Server();
        Client one = Client.of(server, delta);
        Client two = Client.of(server, delta)) {
      server.publish(Mesh.small());
      one.ask(ROUTE, "main").accept(ROUTE);
      assertThat(server.event(StreamEvent.Acked.class).type()).isEqualTo(ROUTE);
      two.ask(ROUTE, "main").accept(ROUTE);
      two.silent();
      Mesh next = Mesh.small().route("main", "b");
      server.publish(next);
      one.accept(ROUTE);
      one.silent();
      assertThat(server.events)
          .noneMatch(
              e ->
                  e instanceof StreamEvent.Acked acked
                      && acked.version().equals(next.snapshot().version(ROUTE)));
      two.accept(ROUTE);
      StreamEvent.Acked acked;
      do {
        acked = server.event(StreamEvent.Acked.class);
      } while (acked.type() != ROUTE);
      assertThat(acked)
          .isEqualTo(new StreamEvent.Acked(Mesh.KEY, ROUTE, next.snapshot().version(ROUTE)));
    }
  }

  @Test
  void goneIsToldAndCounted() {
    try (Server server = new Server()) {
      Client client = Client.sotw(server);
      client.ask(CLUSTER);
      StreamEvent.Connected connected = server.event(StreamEvent.Connected.class);
      assertThat(connected.node().peerAddress()).startsWith("127.0.0.1:");
      client.finish();
      assertThat(server.event(StreamEvent.Gone.class).stream()).isEqualTo(connected.stream());
      Await.until("the stream is not counted any more", () -> server.xds.streams() == 0);
      assertThat(server.xds.nodes()).isEmpty();
    }
  }

  @Test
  void drainEndsStreamsAndRefusesNewOnes() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      server.xds.drain(Duration.ofSeconds(10)).join();
      assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(server.xds.streams()).isZero();
      try (Client late = Client.delta(server)) {
        late.ask(CLUSTER);
        assertThat(late.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
    }
  }

  @Test
  void separateServicesServeTheirTypeWithOrWithoutItsUrl() {
    Mesh mesh = Mesh.small().layer("lish", "k", "v").secret("s", "1");
    Map<ResourceType, List<MethodDescriptor<?, ?>>> services =
        Map.of(
            CLUSTER,
            List.of(
                ClusterDiscoveryServiceGrpc.getStreamClustersMethod(),
                ClusterDiscoveryServiceGrpc.getDeltaClustersMethod()),
            ENDPOINT,
            List.of(
                EndpointDiscoveryServiceGrpc.getStreamEndpointsMethod(),
                EndpointDiscoveryServiceGrpc.getDeltaEndpointsMethod()),
            LISTENER,
            List.of(
                ListenerDiscoveryServiceGrpc.getStreamListenersMethod(),
                ListenerDiscoveryServiceGrpc.getDeltaListenersMethod()),
            ROUTE,
            List.of(
                RouteDiscoveryServiceGrpc.getStreamRoutesMethod(),
                RouteDiscoveryServiceGrpc.getDeltaRoutesMethod()),
            ResourceType.RUNTIME,
            List.of(
                RuntimeDiscoveryServiceGrpc.getStreamRuntimeMethod(),
                RuntimeDiscoveryServiceGrpc.getDeltaRuntimeMethod()),
            SECRET,
            List.of(
                SecretDiscoveryServiceGrpc.getStreamSecretsMethod(),
                SecretDiscoveryServiceGrpc.getDeltaSecretsMethod()));
    try (Server server = new Server()) {
      server.publish(mesh);
      services.forEach(
          (type, methods) -> {
            for (int i = 0; i < 2; i++) {
              String name = mesh.snapshot().set(type).byName().keySet().iterator().next();
              try (Client client = new Client(server, methods.get(i), i == 1)) {
                assertThat(client.ask(type, name).accept(type).names()).containsExactly(name);
              }
              try (Client client = new Client(server, methods.get(i), i == 1)) {
                if (i == 1) {
                  client.send(DeltaDiscoveryRequest.newBuilder().addResourceNamesSubscribe(name));
                } else {
                  client.send(DiscoveryRequest.newBuilder().addResourceNames(name));
                }
                assertThat(client.accept(type).names()).containsExactly(name);
              }
            }
          });
    }
  }

  @Test
  void separateServiceRefusesAnotherType() {
    try (Server server = new Server();
        Client client =
            new Client(
                server,
                ExtensionConfigDiscoveryServiceGrpc.getDeltaExtensionConfigsMethod(),
                true)) {
      client.ask(CLUSTER);
      assertThat(client.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void separateClustersAreRemovedAfterTheDrainTime() {
    try (Server server = new Server();
        Client client =
            new Client(server, ClusterDiscoveryServiceGrpc.getStreamClustersMethod(), false)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      server.publish(Mesh.small().without(CLUSTER, "a").cluster("c", 1));
      long before = System.nanoTime();
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b", "c");
      assertThat(client.accept(CLUSTER).names()).containsExactly("b", "c");
      assertThat(System.nanoTime() - before).isGreaterThan(300_000_000L);
    }
  }

  @Test
  void fetchIsNotImplemented() {
    try (Server server = new Server();
        Client client =
            new Client(server, ClusterDiscoveryServiceGrpc.getFetchClustersMethod(), false)) {
      client.send(DiscoveryRequest.newBuilder()).finish();
      assertThat(client.end().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }
  }

  @Test
  void viewSaysWhatWasSentAndAccepted() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      Mesh mesh = Mesh.small().revision(5);
      server.publish(mesh);
      client.ask(CLUSTER);
      Client.Answer answer = client.next(CLUSTER);
      NodeView before = server.xds.nodes().get(0);
      assertThat(before.state()).isEqualTo(NodeView.State.BEHIND);
      assertThat(server.type(CLUSTER).sent()).contains(mesh.snapshot().version(CLUSTER));
      assertThat(server.type(CLUSTER).acked()).isEmpty();
      client.ack(answer);
      Await.until(
          "the Envoy is synced", () -> server.xds.nodes().get(0).state() == NodeView.State.SYNCED);
      NodeView after = server.xds.nodes().get(0);
      assertThat(server.type(CLUSTER).acked()).contains(mesh.snapshot().version(CLUSTER));
      assertThat(after.revision()).isEqualTo(Optional.of(mesh.snapshot().revision()));
      assertThat(after.protocol()).isEqualTo("delta");
    }
  }
}
