package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.EXTENSION;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.RUNTIME;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.Client.Answer;
import dev.lish.snapshot.Snapshot;
import io.envoyproxy.envoy.service.cluster.v3.ClusterDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.endpoint.v3.EndpointDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.extension.v3.ExtensionConfigDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.listener.v3.ListenerDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.route.v3.RouteDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.runtime.v3.RuntimeDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One stream for each type, as an Envoy without ADS has them: they are not joined. */
class SeparateIT {
  private static final XdsLimits DRAINING =
      XdsLimits.DEFAULT.withWaits(
          Duration.ofSeconds(30), Duration.ofMillis(1500), Duration.ofMillis(1));

  static Client open(Server server, ResourceType type, boolean delta) {
    return switch (type) {
      case CLUSTER ->
          new Client(
              server,
              delta
                  ? ClusterDiscoveryServiceGrpc.getDeltaClustersMethod()
                  : ClusterDiscoveryServiceGrpc.getStreamClustersMethod(),
              delta);
      case ENDPOINT ->
          new Client(
              server,
              delta
                  ? EndpointDiscoveryServiceGrpc.getDeltaEndpointsMethod()
                  : EndpointDiscoveryServiceGrpc.getStreamEndpointsMethod(),
              delta);
      case LISTENER ->
          new Client(
              server,
              delta
                  ? ListenerDiscoveryServiceGrpc.getDeltaListenersMethod()
                  : ListenerDiscoveryServiceGrpc.getStreamListenersMethod(),
              delta);
      case ROUTE ->
          new Client(
              server,
              delta
                  ? RouteDiscoveryServiceGrpc.getDeltaRoutesMethod()
                  : RouteDiscoveryServiceGrpc.getStreamRoutesMethod(),
              delta);
      case SECRET ->
          new Client(
              server,
              delta
                  ? SecretDiscoveryServiceGrpc.getDeltaSecretsMethod()
                  : SecretDiscoveryServiceGrpc.getStreamSecretsMethod(),
              delta);
      case RUNTIME ->
          new Client(
              server,
              delta
                  ? RuntimeDiscoveryServiceGrpc.getDeltaRuntimeMethod()
                  : RuntimeDiscoveryServiceGrpc.getStreamRuntimeMethod(),
              delta);
      case EXTENSION ->
          new Client(
              server,
              delta
                  ? ExtensionConfigDiscoveryServiceGrpc.getDeltaExtensionConfigsMethod()
                  : ExtensionConfigDiscoveryServiceGrpc.getStreamExtensionConfigsMethod(),
              delta);
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void removalsTrailByTheDrainTimeAndAdditionsDoNot(boolean delta) {
    try (Server server = new Server(DRAINING);
        Client clusters = open(server, CLUSTER, delta);
        Client routes = open(server, ROUTE, delta)) {
      server.publish(Mesh.small());
      clusters.ask(CLUSTER).accept(CLUSTER);
      routes.ask(ROUTE, "main").accept(ROUTE);
      long before = System.nanoTime();
      server.publish(Mesh.small().without(CLUSTER, "a").fixed("c", 1).route("main", "c"));
      Answer added = clusters.accept(CLUSTER);
      assertThat(added.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c"));
      assertThat(added.removed()).isEmpty();
      assertThat(routes.accept(ROUTE).names()).containsExactly("main");
      Answer removal = clusters.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b", "c"));
      assertThat(System.nanoTime() - before).isGreaterThan(1_500_000_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterThatComesBackWithinTheDrainTimeStays(boolean delta) {
    try (Server server = new Server(DRAINING);
        Client clusters = open(server, CLUSTER, delta)) {
      server.publish(Mesh.small());
      clusters.ask(CLUSTER).accept(CLUSTER);
      server.publish(Mesh.small().without(CLUSTER, "a").fixed("c", 1));
      clusters.accept(CLUSTER);
      server.publish(Mesh.small().fixed("c", 1));
      server.publish(Mesh.small().fixed("c", 2));
      Answer changed = clusters.accept(CLUSTER);
      assertThat(changed.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c"));
      assertThat(changed.removed()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void listenersThatAreGoneGoAtOnceAndSecretsWithTheClusters(boolean delta) {
    try (Server server = new Server(DRAINING);
        Client listeners = open(server, LISTENER, delta);
        Client secrets = open(server, SECRET, delta)) {
      server.publish(Mesh.small().listener("back", 1, "main").secret("s", "1"));
      listeners.ask(LISTENER).accept(LISTENER);
      secrets.ask(SECRET, "s").accept(SECRET);
      long before = System.nanoTime();
      server.publish(Mesh.small());
      Answer answer = listeners.accept(LISTENER);
      assertThat(delta ? answer.removed() : answer.names())
          .containsExactly(delta ? "back" : "front");
      if (delta) {
        assertThat(secrets.accept(SECRET).removed()).containsExactly("s");
        assertThat(System.nanoTime() - before).isGreaterThan(1_500_000_000L);
      }
    }
  }

  /** Without a stream of clusters the snapshot says which assignments are used. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void assignmentsNeedNoStreamOfClusters(boolean delta) {
    try (Server server = new Server();
        Client client = open(server, ENDPOINT, delta)) {
      server.publish(Mesh.small().cluster("hostless", 1).cluster("slow", 1).unanswered("slow"));
      client.ask(ENDPOINT, "a", "hostless", "slow", "nobody-uses-it");
      Answer answer = client.accept(ENDPOINT);
      assertThat(answer.names()).isEqualTo(delta ? List.of("a") : List.of("a", "hostless"));
      assertThat(answer.removed()).isEqualTo(delta ? List.of("hostless") : List.of());
      server.publish(Mesh.small().assignment("slow", 1).cluster("slow", 1));
      assertThat(client.accept(ENDPOINT).names()).containsExactly("slow");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void starIsWildcardAndMayBeTakenUpAgain(boolean delta) {
    try (Server server = new Server();
        Client client = open(server, LISTENER, delta)) {
      server.publish(Mesh.small());
      assertThat(client.ask(LISTENER, "*").accept(LISTENER).names()).containsExactly("front");
      // Left, and told of a name that there is not: with nothing of what the client left.
      if (delta) {
        client.drop(LISTENER, "*").ask(LISTENER, "none");
        assertThat(client.accept(LISTENER).removed()).containsExactly("none");
      } else {
        client.ask(LISTENER, "none");
        assertThat(client.accept(LISTENER).names()).isEmpty();
      }
      server.publishAndSend(Mesh.small().listener("back", 1, "main").revision(2));
      client.ask(LISTENER, "*", "none");
      Answer all = client.accept(LISTENER);
      assertThat(all.names()).containsExactly("back", "front");
      assertThat(all.removed()).isEqualTo(delta ? List.of("none") : List.of());
    }
  }

  /** An empty list after one with names is no wildcard. */
  @Test
  void emptyListAfterNamesIsNothing() {
    try (Server server = new Server();
        Client client = open(server, LISTENER, false)) {
      server.publish(Mesh.small());
      client.ask(LISTENER, "front").accept(LISTENER);
      // A wildcard would be answered with all there is, before the next one.
      client.ask(LISTENER).ask(LISTENER, "none");
      assertThat(client.accept(LISTENER).names()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void staleNoncesAndInterleavedAnswersOfTheSameNode(boolean delta) {
    try (Server server = new Server();
        Client one = open(server, ROUTE, delta);
        Client two = open(server, ROUTE, delta)) {
      server.publish(Mesh.small());
      Answer first = one.ask(ROUTE, "main").accept(ROUTE);
      final Answer other = two.ask(ROUTE, "main").next(ROUTE);
      server.publish(Mesh.small().route("main", "b"));
      Answer second = one.next(ROUTE);
      // It rejects what it has accepted before: that nonce is used up.
      one.nack(first, "too late").ack(second);
      two.nack(other, "no");
      assertThat(two.accept(ROUTE).names()).containsExactly("main");
      server.publish(Mesh.small().route("main", "c"));
      assertThat(one.accept(ROUTE).names()).containsExactly("main");
      assertThat(two.accept(ROUTE).names()).containsExactly("main");
      assertThat(server.events.stream().filter(StreamEvent.Nacked.class::isInstance)).hasSize(1);
    }
  }

  static Stream<Arguments> typesAndProtocols() {
    return Stream.of(CLUSTER, LISTENER, ROUTE, RUNTIME, SECRET, EXTENSION)
        .flatMap(type -> Stream.of(Arguments.of(type, false), Arguments.of(type, true)));
  }

  @ParameterizedTest
  @MethodSource("typesAndProtocols")
  void rejectionIsFollowedByTheNextDifferentContent(ResourceType type, boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter());
        Client client = open(server, type, delta)) {
      server.publish(NamesIT.with(type, "x", 1));
      Answer good = client.ask(type, "x").accept(type);
      assertThat(good.names()).containsExactly("x");
      server.publishAndSend(NamesIT.with(type, "x", 2).revision(2));
      client.nack(client.next(type), "x: no");
      StreamEvent.Nacked nacked = server.event(StreamEvent.Nacked.class);
      assertThat(nacked.names()).containsExactly("x");
      assertThat(nacked.path()).isEqualTo("edge/" + type.folder() + "/x.yaml");
      server.publishAndSend(NamesIT.with(type, "x", 2).fixed("more", 1).revision(3));
      assertThat(sent.responses()).isEqualTo(2);
      assertThat(server.xds.nodes().get(0).state()).isEqualTo(NodeView.State.NACKED);
      server.publishAndSend(NamesIT.with(type, "x", 1).revision(4));
      assertThat(client.accept(type).resources()).isEqualTo(good.resources());
      server.publishAndSend(NamesIT.with(type, "x", 2).revision(5));
      assertThat(sent.responses()).isEqualTo(3);
      server.publishAndSend(NamesIT.with(type, "x", 3).revision(6));
      assertThat(client.accept(type).names()).containsExactly("x");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsSentForWhatIsEqualOnANewStream(boolean delta) {
    try (Server server = new Server()) {
      Snapshot snapshot = Mesh.small().snapshot();
      server.publish(Mesh.small());
      for (ResourceType type : List.of(CLUSTER, LISTENER)) {
        try (Client client = open(server, type, delta)) {
          if (delta) {
            Map<String, String> has = new HashMap<>();
            for (Resource resource : snapshot.set(type).byName().values()) {
              has.put(resource.name(), Version.of(resource.hash(), 0).value());
            }
            client.askHaving(type, has);
          } else {
            client.askHaving(type, snapshot.version(type).value());
          }
          // The next thing to come is the change, not what it has.
          server.event(StreamEvent.Connected.class);
          Mesh changed =
              type == CLUSTER
                  ? Mesh.small().cluster("b", 7)
                  : Mesh.small().listener("front", 7, "main");
          server.publish(changed);
          assertThat(client.accept(type).resources().get(type == CLUSTER ? "b" : "front"))
              .isEqualTo(
                  changed
                      .snapshot()
                      .set(type)
                      .get(type == CLUSTER ? "b" : "front")
                      .orElseThrow()
                      .body());
          server.publish(Mesh.small());
          client.accept(type);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterARollbackTheSameContentIsSentOnceOnANewStream(boolean delta) {
    for (ResourceType type : List.of(CLUSTER, LISTENER)) {
      try (Server server = new Server()) {
        server.publish(Mesh.small());
        Answer good;
        try (Client client = open(server, type, delta)) {
          good = client.ask(type).accept(type);
          server.publish(Mesh.small().cluster("a", 2).listener("front", 2, "main").revision(2));
          client.nack(client.next(type), "no");
          server.event(StreamEvent.Nacked.class);
        }
        server.publish(Mesh.small().epoch(1));
        Answer again;
        try (Client client = open(server, type, delta)) {
          again = having(client, good, type).accept(type);
          assertThat(again.resources()).isEqualTo(good.resources());
        }
        try (Client client = open(server, type, delta)) {
          having(client, again, type);
          server.event(StreamEvent.Connected.class);
          Mesh next = Mesh.small().cluster("a", 3).listener("front", 3, "main").epoch(1);
          // The next thing to come is the change, not what it has.
          server.publish(next);
          String changed = type == CLUSTER ? "a" : "front";
          assertThat(client.accept(type).resources().get(changed))
              .isEqualTo(next.snapshot().set(type).get(changed).orElseThrow().body());
        }
      }
    }
  }

  private static Client having(Client client, Answer answer, ResourceType type) {
    return client.delta
        ? client.askHaving(type, answer.versions())
        : client.askHaving(type, answer.version());
  }
}
