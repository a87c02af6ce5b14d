package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.RUNTIME;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** State of the world, as the protocol document has it. */
class SotwIT {
  private final Server server = new Server();
  private final Client client = Client.sotw(server);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void newEnvoyGetsAll() {
    server.publish(Mesh.small());
    client.ask(CLUSTER);
    Answer clusters = client.next(CLUSTER);
    assertThat(clusters.names()).containsExactly("a", "b");
    assertThat(clusters.version()).isEqualTo(Mesh.small().snapshot().version(CLUSTER).value());
    client.ask(ENDPOINT, "a", "b").ack(clusters);
    assertThat(client.accept(ENDPOINT).names()).containsExactly("a", "b");
    client.ask(LISTENER);
    Answer listeners = client.next(LISTENER);
    assertThat(listeners.names()).containsExactly("front");
    client.ask(ROUTE, "main").ack(listeners);
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
    client.silent();
  }

  @Test
  void changedClusterCarriesAllClustersAndItsAssignmentAgain() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    server.publish(Mesh.small().cluster("b", 5));
    assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
    assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
    client.silent();
  }

  @Test
  void changedEndpointsSendTheirAssignmentOnly() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    server.publish(Mesh.small().assignment("b", 2002));
    assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
    client.silent();
  }

  @Test
  void emptyWildcardIsAnsweredOnceReady() {
    server.publish(Mesh.empty());
    client.ask(CLUSTER).ask(LISTENER);
    assertThat(client.accept(CLUSTER).names()).isEmpty();
    assertThat(client.accept(LISTENER).names()).isEmpty();
    client.silent();
  }

  @Test
  void wildcardTogetherWithNamesThenNamesOnly() {
    server.publish(Mesh.small());
    client.ask(CLUSTER, "*", "a");
    assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
    client.ask(CLUSTER, "a").silent();
    server.publish(Mesh.small().cluster("b", 7));
    client.silent();
    server.publish(Mesh.small().cluster("a", 7));
    assertThat(client.accept(CLUSTER).names()).containsExactly("a");
  }

  @Test
  void emptyListAfterNamesIsNotWildcard() {
    server.publish(Mesh.small());
    client.ask(LISTENER, "front").accept(LISTENER);
    client.ask(LISTENER).silent();
    server.publish(Mesh.small().listener("front", 20000, "main"));
    client.silent();
  }

  @Test
  void clustersByNameAreWholeToo() {
    server.publish(Mesh.small().cluster("c", 1));
    client.ask(CLUSTER, "a");
    assertThat(client.accept(CLUSTER).names()).containsExactly("a");
    client.ask(CLUSTER, "a", "c");
    assertThat(client.accept(CLUSTER).names()).containsExactly("a", "c");
    server.publish(Mesh.small().cluster("c", 2));
    assertThat(client.accept(CLUSTER).names()).containsExactly("a", "c");
  }

  @Test
  void newNamesOnlyAreSentWhenMoreAreAskedFor() {
    server.publish(Mesh.small().route("other", "b"));
    client.ask(ROUTE, "main");
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
    client.ask(ROUTE, "main", "other");
    assertThat(client.accept(ROUTE).names()).containsExactly("other");
    client.ask(ROUTE, "other").silent();
    client.ask(ROUTE, "main", "other");
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
    client.silent();
  }

  @Test
  void nameThatDoesNotExistIsMetBySilenceUntilItDoes() {
    server.publish(Mesh.small());
    client.ask(ROUTE, "later").silent();
    server.publish(Mesh.small().route("later", "a"));
    assertThat(client.accept(ROUTE).names()).containsExactly("later");
    server.publish(Mesh.small());
    client.silent();
    server.publish(Mesh.small().route("later", "a"));
    assertThat(client.accept(ROUTE).names()).containsExactly("later");
  }

  @Test
  void unknownLayerIsEmpty() {
    server.publish(Mesh.small().layer("lish", "k", "v"));
    client.ask(RUNTIME, "lish", "unknown");
    Answer layers = client.accept(RUNTIME);
    assertThat(layers.names()).containsExactly("lish", "unknown");
    server.publish(Mesh.small());
    assertThat(client.accept(RUNTIME).resources().get("lish"))
        .isEqualTo(Absent.layer("lish").body());
    client.silent();
  }

  @Test
  void unknownAssignmentOfASentClusterIsEmpty() {
    server.publish(Mesh.small().cluster("hostless", 1).cluster("slow", 1).unanswered("slow"));
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "hostless", "slow", "nobody-uses-it");
    Answer answer = client.accept(ENDPOINT);
    assertThat(answer.names()).containsExactly("hostless");
    assertThat(answer.resources().get("hostless")).isEqualTo(Absent.assignment("hostless").body());
    client.silent();
    server.publish(Mesh.small().cluster("hostless", 1).cluster("slow", 1).assignment("slow", 80));
    assertThat(client.accept(ENDPOINT).names()).containsExactly("slow");
  }

  @Test
  void assignmentThatVanishesIsNotTakenAway() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    server.publish(Mesh.small().without(ENDPOINT, "b"));
    client.silent();
    server.publish(Mesh.small());
    client.silent();
    server.publish(Mesh.small().assignment("b", 3));
    assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
  }

  @Test
  void staleNonceIsIgnored() {
    server.publish(Mesh.small());
    client.ask(ROUTE, "main");
    Answer first = client.accept(ROUTE);
    server.publish(Mesh.small().route("main", "b"));
    Answer second = client.next(ROUTE);
    // Names that were written before the client saw the second response.
    client.send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(ROUTE.typeUrl())
            .setResponseNonce(first.nonce())
            .addResourceNames("never"));
    client.send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(ROUTE.typeUrl())
            .setResponseNonce("no such nonce")
            .addResourceNames("never"));
    client.silent();
    client.ack(second);
    server.publish(Mesh.small().route("main", "a"));
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
  }

  @Test
  void changesDuringAnUnansweredResponseAreSentAsOne() {
    server.publish(Mesh.small());
    client.ask(ROUTE, "main");
    Answer first = client.next(ROUTE);
    server.publish(Mesh.small().route("main", "b"));
    server.publish(Mesh.small().route("main", "c"));
    client.silent();
    client.ack(first);
    Mesh last = Mesh.small().route("main", "c");
    assertThat(client.accept(ROUTE).resources().get("main"))
        .isEqualTo(last.snapshot().set(ROUTE).get("main").orElseThrow().body());
    client.silent();
  }

  @Test
  void ackOfAnotherTypeIsNoAck() {
    server.publish(Mesh.small().secret("s", "1"));
    client.ask(ROUTE, "main").ask(SECRET, "s");
    Answer route = client.next(ROUTE);
    Answer secret = client.next(SECRET);
    server.publish(Mesh.small().route("main", "b").secret("s", "2"));
    client.silent();
    client.ack(secret);
    assertThat(client.accept(SECRET).names()).containsExactly("s");
    client.ack(route);
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
  }
}
