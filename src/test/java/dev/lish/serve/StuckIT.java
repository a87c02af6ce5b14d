package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Envoy accepts clusters only when all of them are warm, so one whose registry never answers, with
 * {@code initial_fetch_timeout: 0s}, leaves a response of clusters unanswered for ever.
 */
class StuckIT {
  private static final XdsLimits IMPATIENT =
      XdsLimits.DEFAULT.withWaits(Duration.ofMillis(200), Duration.ofMillis(1), Duration.ZERO);

  private static final Mesh STUCK = Mesh.small().cluster("stuck", 1).unanswered("stuck");

  /** The client has all, and does not answer for the stuck cluster. */
  private static Answer start(Server server, Client client) {
    server.publish(Mesh.small());
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    client.ask(LISTENER).accept(LISTENER);
    client.ask(ROUTE, "main").accept(ROUTE);
    server.publish(STUCK);
    return client.next(CLUSTER);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void laterClustersGoOnAfterTheWait(boolean delta) {
    try (Server server = new Server(IMPATIENT);
        Client client = Client.of(server, delta)) {
      final Answer stuck = start(server, client);
      server.publish(STUCK.fixed("c", 1).route("main", "c"));
      Answer next = client.next(CLUSTER);
      assertThat(next.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c", "stuck"));
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      client.silent();
      // It is warm at last: Envoy answers what it has not answered yet, in order.
      if (delta) {
        client.ack(stuck);
      }
      client.ack(next);
      server.publish(STUCK.fixed("d", 1));
      assertThat(client.accept(CLUSTER).names()).contains("d");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterThatNeverWasWarmIsTakenAway(boolean delta) {
    try (Server server = new Server(IMPATIENT);
        Client client = Client.of(server, delta)) {
      start(server, client);
      server.publish(Mesh.small().without(CLUSTER, "b"));
      Answer next = client.next(CLUSTER);
      // It goes, so that Envoy can answer; the other one waits for that answer, as ever.
      assertThat(next.removed()).isEqualTo(delta ? List.of("stuck") : List.of());
      assertThat(next.names()).isEqualTo(delta ? List.of() : List.of("a", "b"));
      client.silent();
      client.ack(next);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("b") : List.of("a"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clusterThatIsWarmIsNotTakenAwayBecauseAnotherIsStuck(boolean delta) {
    try (Server server = new Server(IMPATIENT);
        Client client = Client.of(server, delta)) {
      start(server, client);
      Mesh more = STUCK.cluster("c", 1).assignment("c", 3).route("main", "c");
      server.publish(more);
      Answer next = client.next(CLUSTER);
      assertThat(next.names()).contains("c");
      if (delta) {
        client.ask(ENDPOINT, "c");
      } else {
        client.ask(ENDPOINT, "a", "b", "c");
      }
      client.accept(ENDPOINT);
      client.accept(ROUTE);
      server.publish(more.without(CLUSTER, "c").route("main", "a"));
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      client.silent();
      server.publish(
          more.without(CLUSTER, "c").route("main", "a").unanswered().assignment("stuck", 4));
      if (delta) {
        client.ask(ENDPOINT, "stuck");
      } else {
        client.ask(ENDPOINT, "a", "b", "c", "stuck");
      }
      assertThat(client.accept(ENDPOINT).names()).containsExactly("stuck");
      client.ack(next);
      Answer removal = client.accept(CLUSTER);
      assertThat(removal.removed()).isEqualTo(delta ? List.of("c") : List.of());
      assertThat(removal.names()).isEqualTo(delta ? List.of() : List.of("a", "b", "stuck"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectionThatComesLateCounts(boolean delta) {
    try (Server server = new Server(IMPATIENT);
        Client client = Client.of(server, delta)) {
      final Answer stuck = start(server, client);
      server.publish(STUCK.fixed("c", 1));
      Answer next = client.next(CLUSTER);
      if (delta) {
        client.nack(stuck, "stuck: no");
        assertThat(server.event(StreamEvent.Nacked.class).names()).containsExactly("stuck");
        client.ack(next).silent();
      } else {
        // "The management server should not send (…) for any DiscoveryRequest that has a stale
        // nonce": only the newest answer counts in state of the world.
        client.nack(next, "stuck: no").silent();
        assertThat(server.event(StreamEvent.Nacked.class).names()).containsExactly("stuck");
      }
      server.publish(Mesh.small().fixed("d", 1));
      assertThat(client.accept(CLUSTER).names()).contains("a", "b", "d");
    }
  }
}
