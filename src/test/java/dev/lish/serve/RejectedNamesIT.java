package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import dev.lish.testing.Await;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejected responses, and names that come, go or are given up around them. */
class RejectedNamesIT {
  private static void await(Server server, NodeView.State state) {
    Await.until(
        "the only stream is " + state, () -> server.xds.nodes().get(0).state().equals(state));
  }

  /** Envoy stops at the resource that it rejects, so it may not have come to the removal. */
  @Test
  void removalThatCameWithARejectedRouteIsToldAgain() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      Mesh mesh = Mesh.small().route("other", "b");
      server.publish(mesh);
      client.ask(ROUTE, "main", "other").accept(ROUTE);
      server.publish(mesh.route("main", "b").without(ROUTE, "other"));
      Answer both = client.next(ROUTE);
      assertThat(both.names()).containsExactly("main");
      assertThat(both.removed()).containsExactly("other");
      client.nack(both, "main: no");
      Answer alone = client.next(ROUTE);
      assertThat(alone.names()).isEmpty();
      assertThat(alone.removed()).containsExactly("other");
      // Alone it is told once, whatever the client says to it.
      client.nack(alone, "other: no").silent();
    }
  }

  /** As long as a group has one listener, what was rejected is that one. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyListenerIsPartOfTheNextContentThoughItWasRejected(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(LISTENER).nack(client.next(LISTENER), "front: no").silent();
      server.publish(Mesh.small().listener("back", 1, "main"));
      Answer both = client.next(LISTENER);
      assertThat(both.names()).containsExactly("back", "front");
      client.nack(both, "front: no").silent();
      await(server, NodeView.State.NACKED);
    }
  }

  /** Nothing will ever make up for it, and removals must not wait for that. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectedRouteThatIsGivenUpHoldsNothingBack(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Mesh mesh = Mesh.small().fixed("old", 1).route("kept", "a");
      server.publish(mesh);
      client.ask(CLUSTER).accept(CLUSTER);
      client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
      client.ask(LISTENER).accept(LISTENER);
      client.ask(ROUTE, "main", "kept").accept(ROUTE);
      server.publish(mesh.route("main", "bad"));
      client.nack(client.next(ROUTE), "main: no").silent();
      server.publish(mesh.route("main", "bad").without(CLUSTER, "old"));
      client.silent();
      await(server, NodeView.State.NACKED);
      if (delta) {
        client.drop(ROUTE, "main");
      } else {
        client.ask(ROUTE, "kept");
      }
      Answer gone = client.accept(CLUSTER);
      assertThat(delta ? gone.removed() : gone.names())
          .isEqualTo(delta ? List.of("old") : List.of("a", "b"));
      client.silent();
      await(server, NodeView.State.SYNCED);
      // A page that shows the rejection beside "synced" would send an operator the wrong way.
      assertThat(server.type(ROUTE).nacked()).isEmpty();
      assertThat(server.type(ROUTE).message()).isEmpty();
    }
  }

  /** A client that leaves the wildcard has let go of all, also of what it did not reject. */
  @Test
  void wildcardTakenUpAgainAfterARejectionBringsWhatWasNotRejected() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      server.publish(Mesh.small().fixed("c", 1));
      client.ask(CLUSTER).accept(CLUSTER);
      server.publish(Mesh.small().fixed("c", 1).cluster("a", 2));
      client.nack(client.next(CLUSTER), "a: no");
      client.drop(CLUSTER, "*").silent();
      client.ask(CLUSTER, "*");
      assertThat(client.accept(CLUSTER).names()).containsExactly("b", "c");
      client.silent();
      await(server, NodeView.State.NACKED);
      server.publish(Mesh.small().fixed("c", 1).cluster("a", 3));
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b", "c");
      await(server, NodeView.State.SYNCED);
    }
  }
}
