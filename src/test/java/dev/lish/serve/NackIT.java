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

/** Rejected responses. */
class NackIT {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sameBytesNeverAgainAndTheNextDifferentOnesGoWhole(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER);
      Answer good = client.accept(CLUSTER);
      Mesh bad = Mesh.small().cluster("b", 66).revision(2);
      server.publish(bad);
      client.nack(client.next(CLUSTER), "Error adding/updating cluster(s) b: no");
      client.silent();
      server.publish(bad.route("more", "a"));
      client.silent();
      server.publish(Mesh.small());
      Answer again = client.accept(CLUSTER);
      assertThat(again.resources()).isEqualTo(good.resources());
      server.publish(bad);
      client.silent();
      server.publish(bad.cluster("b", 67));
      assertThat(client.accept(CLUSTER).names()).contains("b");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void newStreamGetsOneTry(boolean delta) {
    try (Server server = new Server()) {
      server.publish(Mesh.small());
      try (Client client = Client.of(server, delta)) {
        client.ask(CLUSTER);
        client.nack(client.next(CLUSTER), "no").silent();
      }
      try (Client client = Client.of(server, delta)) {
        client.ask(CLUSTER);
        assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectionIsToldWithResourceAndFile(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small().cluster("b-2", 1).revision(7).epoch(1));
      client.ask(CLUSTER);
      client.nack(client.next(CLUSTER), "Error adding/updating cluster(s) b-2: no").silent();
      StreamEvent.Nacked nacked = server.event(StreamEvent.Nacked.class);
      assertThat(nacked.key()).isEqualTo(Mesh.KEY);
      assertThat(nacked.revision().number()).isEqualTo(7);
      assertThat(nacked.epoch()).isEqualTo(1);
      assertThat(nacked.type()).isEqualTo(CLUSTER);
      assertThat(nacked.node().id()).isEqualTo("envoy-1");
      assertThat(nacked.names()).containsExactly("b-2");
      assertThat(nacked.path()).isEqualTo("edge/clusters/b-2.yaml");
      NodeView view = server.xds.nodes().get(0);
      assertThat(view.state()).isEqualTo(NodeView.State.NACKED);
      assertThat(server.type(CLUSTER).file()).isEqualTo("edge/clusters/b-2.yaml");
      assertThat(server.type(CLUSTER).message()).contains("b-2: no");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goodAssignmentsAreNotLostWithABadOne(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      client.ask(ENDPOINT, "a", "b");
      client.nack(client.next(ENDPOINT), "one of them is bad");
      assertThat(client.accept(ENDPOINT).names()).containsExactly("a");
      Answer bad = client.next(ENDPOINT);
      assertThat(bad.names()).containsExactly("b");
      client.nack(bad, "this one").silent();
      server.publish(Mesh.small().assignment("a", 3000));
      assertThat(client.accept(ENDPOINT).names()).containsExactly("a");
      client.silent();
      server.publish(Mesh.small().assignment("a", 3000).assignment("b", 3001));
      assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectedRouteIsFollowedByTheOldOneWhenItIsBack(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(ROUTE, "main");
      Answer good = client.accept(ROUTE);
      server.publish(Mesh.small().route("main", "nowhere"));
      client.nack(client.next(ROUTE), "unknown cluster nowhere").silent();
      server.publish(Mesh.small());
      assertThat(client.accept(ROUTE).resources()).isEqualTo(good.resources());
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterARejectionAdditionsGoOnAndRemovalsWait(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
      client.ask(LISTENER).accept(LISTENER);
      client.ask(ROUTE, "main").accept(ROUTE);
      Mesh next = Mesh.small().cluster("c", 1).assignment("c", 1).route("main", "c");
      server.publish(next.without(CLUSTER, "b"));
      Answer clusters = client.next(CLUSTER);
      assertThat(clusters.names()).contains("c");
      assertThat(clusters.removed()).isEmpty();
      subscribeC(client).nack(clusters, "c is bad");
      client.accept(ENDPOINT);
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      client.silent();
      // A later ACK of clusters frees the removal.
      server.publish(next.cluster("c", 2).without(CLUSTER, "b"));
      Answer good = client.accept(CLUSTER);
      assertThat(good.names()).contains("a", "c");
      assertThat(good.removed()).isEmpty();
      assertThat(client.accept(ENDPOINT).names()).contains("c");
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names()).isEqualTo(gone(delta));
      client.silent();
    }
  }

  /** The answer to a name that is asked for now does not wait for what was rejected before. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void namesAskedForAfterARejectionOfClustersAreAnsweredAtOnce(boolean aggregated) {
    try (Server server = new Server();
        Client client =
            aggregated ? Client.delta(server) : SeparateIT.open(server, CLUSTER, true)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER, "b").accept(CLUSTER);
      Mesh bad = Mesh.small().cluster("b", 66);
      server.publish(bad);
      client.nack(client.next(CLUSTER), "b: no");
      client.ask(CLUSTER, "missing");
      Answer missing = client.accept(CLUSTER);
      assertThat(missing.names()).isEmpty();
      assertThat(missing.removed()).containsExactly("missing");
      client.ask(CLUSTER, "a", "none");
      Answer found = client.accept(CLUSTER);
      assertThat(found.names()).containsExactly("a");
      assertThat(found.removed()).containsExactly("none");
      // What was rejected is the same as before, so asking for it changes nothing.
      client.ask(CLUSTER, "b").ask(CLUSTER, "nothing");
      assertThat(client.accept(CLUSTER).removed()).containsExactly("nothing");
      assertThat(server.xds.nodes().get(0).state()).isEqualTo(NodeView.State.NACKED);
      assertThat(server.type(CLUSTER).message()).isEqualTo("b: no");
      server.publish(Mesh.small().cluster("b", 67));
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
    }
  }

  /** State of the world cannot tell of a name without all the others: the same bytes again. */
  @Test
  void nameThatExistsIsAnsweredWithAllAfterARejectionInStateOfTheWorld() {
    try (Server server = new Server();
        Client client = Client.sotw(server)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER, "b");
      client.nack(client.next(CLUSTER), "b: no");
      client.ask(CLUSTER, "b", "missing").silent();
      client.ask(CLUSTER, "b", "missing", "a");
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nameUnderAWildcardIsAnsweredAfterARejection(boolean aggregated) {
    try (Server server = new Server();
        Client client =
            aggregated ? Client.delta(server) : SeparateIT.open(server, LISTENER, true)) {
      server.publish(Mesh.small());
      client.ask(LISTENER).accept(LISTENER);
      server.publish(Mesh.small().listener("bad", 1, "main"));
      client.nack(client.next(LISTENER), "bad: no");
      client.ask(LISTENER, "missing", "front");
      Answer answer = client.accept(LISTENER);
      assertThat(answer.names()).containsExactly("front");
      assertThat(answer.removed()).containsExactly("missing");
    }
  }

  /** What the client does not have stays so, whatever else it accepts. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectedRouteIsNotForgottenWhenAnotherIsAccepted(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Mesh mesh = Mesh.small().route("other", "a");
      server.publish(mesh);
      client.ask(CLUSTER).accept(CLUSTER);
      client.ask(ROUTE, "main", "other").accept(ROUTE);
      Mesh bad = mesh.route("main", "b").without(CLUSTER, "a").without(ENDPOINT, "a");
      server.publish(bad);
      client.nack(client.next(ROUTE), "main: no").silent();
      server.publish(bad.route("other", "b"));
      client.accept(ROUTE);
      // Its old routes still need the old cluster.
      client.silent();
      assertThat(server.xds.nodes().get(0).state()).isEqualTo(NodeView.State.NACKED);
      NodeView.TypeView routes = server.type(ROUTE);
      assertThat(routes.message()).isEqualTo("main: no");
      assertThat(routes.file()).isEqualTo("edge/routes/main.yaml");
      assertThat(routes.nacked()).isPresent();
      server.publish(bad.route("other", "b").route("main", "other"));
      client.accept(ROUTE);
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("a") : List.of("b"));
      client.silent();
      Await.until("all is well", () -> server.xds.nodes().get(0).state() == NodeView.State.SYNCED);
      assertThat(server.type(ROUTE).message()).isEmpty();
    }
  }

  /** A version covers contents that the client has: the next stream gets one try of the others. */
  @Test
  void versionDoesNotCoverARouteThatWasRejected() {
    try (Server server = new Server()) {
      Mesh mesh = Mesh.small().route("other", "a");
      server.publish(mesh);
      String version;
      try (Client client = Client.sotw(server)) {
        client.ask(ROUTE, "main", "other").accept(ROUTE);
        server.publish(mesh.route("main", "b"));
        client.nack(client.next(ROUTE), "main: no").silent();
        server.publish(mesh.route("main", "b").route("other", "b"));
        Answer other = client.accept(ROUTE);
        assertThat(other.names()).containsExactly("other");
        version = other.version();
        client.silent();
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(ROUTE, version, "main", "other");
        assertThat(client.accept(ROUTE).names()).contains("main");
      }
    }
  }

  /** The good ones of a rejected response are sent one by one; the stream breaks between them. */
  @Test
  void versionDoesNotCoverARouteThatWasNotSentYet() {
    try (Server server = new Server()) {
      Mesh mesh = Mesh.small().route("other", "a");
      server.publish(mesh);
      String version;
      try (Client client = Client.sotw(server)) {
        client.ask(ROUTE, "main", "other");
        client.nack(client.next(ROUTE), "one of them is bad");
        Answer first = client.accept(ROUTE);
        assertThat(first.names()).containsExactly("main");
        version = first.version();
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(ROUTE, version, "main", "other");
        assertThat(client.accept(ROUTE).names()).contains("other");
      }
    }
  }

  private static List<String> gone(boolean delta) {
    return delta ? List.of("b") : List.of("a", "c");
  }

  private static Client subscribeC(Client client) {
    return client.delta ? client.ask(ENDPOINT, "c") : client.ask(ENDPOINT, "a", "b", "c");
  }
}
