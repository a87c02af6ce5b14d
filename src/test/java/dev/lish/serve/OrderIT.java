package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.EXTENSION;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import dev.lish.testing.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Make before break on one stream. */
class OrderIT {
  private static void start(Server server, Client client) {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    client.ask(LISTENER).accept(LISTENER);
    client.ask(ROUTE, "main").accept(ROUTE);
  }

  private static Mesh moved() {
    return Mesh.small()
        .without(CLUSTER, "a")
        .without(ENDPOINT, "a")
        .cluster("c", 1)
        .assignment("c", 3)
        .route("main", "c");
  }

  private static Client askFor(Client client, String added, String... all) {
    return client.delta ? client.ask(ENDPOINT, added) : client.ask(ENDPOINT, all);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void routeMovesToANewClusterBeforeTheOldOneGoes(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(moved());
      Answer clusters = client.next(CLUSTER);
      assertThat(clusters.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c"));
      assertThat(clusters.removed()).isEmpty();
      client.silent();
      askFor(client, "c", "a", "b", "c");
      assertThat(client.next(ENDPOINT).names()).containsExactly("c");
      client.ack(clusters).silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void assignmentThatIsSentAgainWaitsForItsAnswerLikeANewOne(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      Await.until("its ACK is in", () -> !server.type(ENDPOINT).waits());
      // The cluster is another, so it warms again, with the very same assignment.
      server.publish(Mesh.small().cluster("a", 7));
      client.next(CLUSTER);
      Answer again = client.next(ENDPOINT);
      assertThat(again.names()).containsExactly("a");
      Await.until("it waits", () -> server.type(ENDPOINT).waits());
      client.ack(again);
      Await.until("its ACK is in", () -> !server.type(ENDPOINT).waits());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachStepWaitsForTheAnswerToTheLast(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(moved());
      client.accept(CLUSTER);
      // The client has the cluster, and has not asked for its assignment yet.
      client.silent();
      askFor(client, "c", "a", "b", "c");
      Answer assignment = client.next(ENDPOINT);
      client.silent();
      client.ack(assignment);
      Answer route = client.next(ROUTE);
      client.silent();
      client.ack(route);
      Answer removal = client.accept(CLUSTER);
      assertThat(removal.names()).isEqualTo(delta ? List.of() : List.of("b", "c"));
      assertThat(removal.removed()).isEqualTo(delta ? List.of("a") : List.of());
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitThatRunsOutLetsAdditionsGoAndKeepsRemovals(boolean delta) {
    XdsLimits impatient =
        XdsLimits.DEFAULT.withWaits(
            Duration.ofMillis(300), Duration.ofMillis(1), Duration.ofMillis(1));
    try (Server server = new Server(impatient);
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(moved());
      Answer clusters = client.next(CLUSTER);
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      client.silent();
      client.ack(clusters);
      client.silent();
      askFor(client, "c", "a", "b", "c");
      client.accept(ENDPOINT);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b", "c"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void typeThatWasNeverAskedForCountsAsAnswered(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      server.publish(moved());
      client.accept(CLUSTER);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b", "c"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterOfAReplacedListenerOutlivesItsDrainTime(boolean delta) {
    XdsLimits limits =
        XdsLimits.DEFAULT.withWaits(
            Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofMillis(1));
    try (Server server = new Server(limits);
        Client client = Client.of(server, delta)) {
      start(server, client);
      // The new listener has another route configuration: the old one's connections keep "main".
      Mesh next =
          Mesh.small()
              .without(CLUSTER, "a")
              .without(ROUTE, "main")
              .listener("front", 10000, "other")
              .route("other", "b");
      server.publish(next);
      long before = System.nanoTime();
      client.accept(LISTENER);
      if (delta) {
        assertThat(client.accept(ROUTE).removed()).containsExactly("main");
      }
      client.ask(ROUTE, "other");
      client.accept(ROUTE);
      client.silent();
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b"));
      assertThat(System.nanoTime() - before).isGreaterThan(2_000_000_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endpointsNeverWaitForOtherTypes(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(moved());
      client.next(CLUSTER);
      server.publish(moved().assignment("b", 4000));
      assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterThatComesBackIsNotTakenAway(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(moved());
      Answer clusters = client.next(CLUSTER);
      server.publish(Mesh.small().cluster("c", 1).assignment("c", 3));
      client.ack(clusters);
      askFor(client, "c", "a", "b", "c");
      assertThat(client.accept(ENDPOINT).names()).contains("c");
      client.silent();
    }
  }

  /** Changes may overtake each other: a cluster came, and is gone before its assignment went. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterThatIsGoneAgainBeforeItsAssignmentWentStillGetsIt(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(Mesh.small().cluster("c", 1).assignment("c", 3));
      Answer clusters = client.next(CLUSTER);
      server.publish(Mesh.small().cluster("d", 1).assignment("d", 4));
      client.silent();
      askFor(client, "c", "a", "b", "c");
      Answer assignment = client.accept(ENDPOINT);
      assertThat(assignment.names()).containsExactly("c");
      client.ack(clusters);
      assertThat(client.accept(CLUSTER).names()).contains("d");
      askFor(client, "d", "a", "b", "c", "d");
      assertThat(client.accept(ENDPOINT).names()).containsExactly("d");
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("c") : List.of("a", "b", "d"));
    }
  }

  /** The same without hosts: it must not warm for ever. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterWithoutHostsThatIsGoneAgainIsToldSo(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(Mesh.small().cluster("c", 1));
      Answer clusters = client.next(CLUSTER);
      server.publish(Mesh.small());
      askFor(client, "c", "a", "b", "c");
      Answer assignment = client.accept(ENDPOINT);
      assertThat(delta ? assignment.removed() : assignment.names()).containsExactly("c");
      client.ack(clusters);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("c") : List.of("a", "b"));
    }
  }

  /** A changed cluster warms again, and leaves the mesh meanwhile: old routes still need it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void changedClusterThatLeavesWhileItWarmsKeepsItsHosts(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(Mesh.small().cluster("a", 7));
      Answer clusters = client.next(CLUSTER);
      client.accept(ENDPOINT);
      server.publish(Mesh.small().without(CLUSTER, "a").without(ENDPOINT, "a").route("main", "b"));
      if (delta) {
        client.ask(ENDPOINT, "a");
        assertThat(client.accept(ENDPOINT).names()).containsExactly("a");
      }
      client.silent();
      client.ack(clusters);
      client.accept(ROUTE);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b"));
    }
  }

  /** Without it Envoy answers 500 on connections that are still open to the old listener. */
  @Test
  void filterConfigurationOfAReplacedListenerOutlivesItsDrainTime() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      Mesh mesh =
          Mesh.small()
              .filteredListener("front", 1, "main", "used")
              .extension("used", "1")
              .extension("unused", "1");
      server.publish(mesh);
      client.ask(LISTENER).accept(LISTENER);
      client.ask(EXTENSION, "used", "unused").accept(EXTENSION);
      server.publish(
          mesh.listener("front", 1, "main")
              .without(EXTENSION, "used")
              .without(EXTENSION, "unused"));
      Answer listeners = client.next(LISTENER);
      final long replaced = System.nanoTime();
      client.ack(listeners);
      assertThat(client.accept(EXTENSION).removed()).containsExactly("unused");
      assertThat(client.accept(EXTENSION).removed()).containsExactly("used");
      assertThat(System.nanoTime() - replaced).isGreaterThan(400_000_000L);
      client.silent();
    }
  }
}
