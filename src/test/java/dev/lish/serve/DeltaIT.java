package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.RUNTIME;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Incremental, as the protocol document has it. */
class DeltaIT {
  private final Server server = new Server();
  private final Client client = Client.delta(server);

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
    client.ask(ENDPOINT, "a", "b").ack(clusters);
    assertThat(client.accept(ENDPOINT).names()).containsExactly("a", "b");
    client.ask(LISTENER);
    Answer listeners = client.next(LISTENER);
    client.ask(ROUTE, "main").ack(listeners);
    assertThat(client.accept(ROUTE).names()).containsExactly("main");
    client.silent();
  }

  @Test
  void changedClusterIsSentAloneAndItsAssignmentAgain() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    server.publish(Mesh.small().cluster("b", 5));
    assertThat(client.accept(CLUSTER).names()).containsExactly("b");
    assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
    client.silent();
  }

  @Test
  void removedClusterIsTold() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    server.publish(Mesh.small().without(CLUSTER, "b"));
    Answer answer = client.accept(CLUSTER);
    assertThat(answer.names()).isEmpty();
    assertThat(answer.removed()).containsExactly("b");
    server.publish(Mesh.small());
    assertThat(client.accept(CLUSTER).names()).containsExactly("b");
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
  void nameThatDoesNotExistIsToldSo() {
    server.publish(Mesh.small());
    client.ask(ROUTE, "main", "later");
    Answer answer = client.accept(ROUTE);
    assertThat(answer.names()).containsExactly("main");
    assertThat(answer.removed()).containsExactly("later");
    client.silent();
    server.publish(Mesh.small().route("later", "a"));
    assertThat(client.accept(ROUTE).names()).containsExactly("later");
    server.publish(Mesh.small());
    assertThat(client.accept(ROUTE).removed()).containsExactly("later");
    server.publish(Mesh.small().route("later", "a"));
    assertThat(client.accept(ROUTE).names()).containsExactly("later");
    client.silent();
  }

  @Test
  void askingAgainIsAnsweredAgain() {
    server.publish(Mesh.small().secret("s", "1"));
    client.ask(SECRET, "s");
    Answer first = client.accept(SECRET);
    client.ask(SECRET, "s");
    Answer second = client.accept(SECRET);
    assertThat(second.versions()).isEqualTo(first.versions());
    client.silent();
  }

  @Test
  void unsubscribedNameIsNotSentAnyMore() {
    server.publish(Mesh.small().secret("s", "1"));
    client.ask(SECRET, "s").accept(SECRET);
    client.drop(SECRET, "s", "never-asked-for").silent();
    server.publish(Mesh.small().secret("s", "2"));
    client.silent();
    client.ask(SECRET, "s");
    assertThat(client.accept(SECRET).names()).containsExactly("s");
  }

  @Test
  void wildcardLeftAndNamesKept() {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(CLUSTER, "a");
    assertThat(client.accept(CLUSTER).names()).containsExactly("a");
    client.drop(CLUSTER, "*").silent();
    server.publish(Mesh.small().cluster("a", 3).cluster("b", 3));
    assertThat(client.accept(CLUSTER).names()).containsExactly("a");
    client.drop(CLUSTER, "a").silent();
    server.publish(Mesh.small());
    client.silent();
  }

  @Test
  void nameLeftUnderAWildcardIsAnswered() {
    server.publish(Mesh.small());
    client.ask(CLUSTER, "*", "a", "x");
    Answer all = client.accept(CLUSTER);
    assertThat(all.names()).containsExactly("a", "b");
    assertThat(all.removed()).containsExactly("x");
    client.drop(CLUSTER, "a");
    assertThat(client.accept(CLUSTER).names()).containsExactly("a");
    client.drop(CLUSTER, "x");
    assertThat(client.accept(CLUSTER).removed()).containsExactly("x");
    client.silent();
  }

  @Test
  void subscriptionWithAStaleNonceCounts() {
    server.publish(Mesh.small().route("other", "a"));
    client.ask(ROUTE, "main").accept(ROUTE);
    client.send(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(ROUTE.typeUrl())
            .setResponseNonce("no such nonce")
            .addResourceNamesSubscribe("other"));
    assertThat(client.accept(ROUTE).names()).containsExactly("other");
  }

  @Test
  void unknownLayerIsEmpty() {
    server.publish(Mesh.small().layer("lish", "k", "v"));
    client.ask(RUNTIME, "lish", "unknown");
    assertThat(client.accept(RUNTIME).names()).containsExactly("lish", "unknown");
    server.publish(Mesh.small());
    Answer gone = client.accept(RUNTIME);
    assertThat(gone.resources().get("lish")).isEqualTo(Absent.layer("lish").body());
    client.silent();
  }

  @Test
  void unknownAssignmentOfASentClusterIsRemoved() {
    server.publish(Mesh.small().cluster("hostless", 1).cluster("slow", 1).unanswered("slow"));
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "hostless", "slow", "nobody-uses-it");
    Answer answer = client.accept(ENDPOINT);
    assertThat(answer.names()).isEmpty();
    assertThat(answer.removed()).containsExactly("hostless");
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
  }

  @Test
  void versionOfAResourceIsItsHashAndTheEpoch() {
    server.publish(Mesh.small().epoch(3));
    client.ask(ROUTE, "main");
    assertThat(client.accept(ROUTE).versions().get("main")).endsWith("-3");
    server.publish(Mesh.small().epoch(4));
    client.silent();
  }
}
