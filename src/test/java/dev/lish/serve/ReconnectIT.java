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
import dev.lish.testing.Await;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** New streams of Envoys that have something already. */
class ReconnectIT {
  private static Map<String, String> has(Mesh mesh, ResourceType type) {
    Snapshot snapshot = mesh.snapshot();
    Map<String, String> versions = new HashMap<>();
    for (Resource resource : snapshot.set(type).byName().values()) {
      versions.put(resource.name(), Version.of(resource.hash(), snapshot.epoch()).value());
    }
    return versions;
  }

  /** Asks as an Envoy does that has what the mesh has. */
  private static Client askHaving(Client client, Mesh mesh, ResourceType type, String... names) {
    return client.delta
        ? client.askHaving(type, has(mesh, type), names)
        : client.askHaving(type, version(mesh, type, names), names);
  }

  private static String version(Mesh mesh, ResourceType type, String... names) {
    Snapshot snapshot = mesh.snapshot();
    return (names.length == 0 ? snapshot.version(type) : snapshot.version(type, List.of(names)))
        .value();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsSentForWhatIsEqualButAssignments(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Mesh mesh = Mesh.small().layer("lish", "k", "v").epoch(2);
      server.publish(mesh);
      askHaving(client, mesh, CLUSTER).silent();
      askHaving(client, mesh, ENDPOINT, "a", "b");
      assertThat(client.accept(ENDPOINT).names()).containsExactly("a", "b");
      askHaving(client, mesh, LISTENER).silent();
      askHaving(client, mesh, ROUTE, "main").silent();
      server.publish(mesh.route("main", "b"));
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      assertThat(server.type(CLUSTER).acked()).contains(mesh.snapshot().version(CLUSTER));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void equalLayersAreNotSent(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Mesh mesh = Mesh.small().layer("lish", "k", "v");
      server.publish(mesh);
      askHaving(client, mesh, RUNTIME, "lish").ask(ROUTE, "main");
      client.accept(ROUTE);
    }
  }

  @Test
  void removalsAndChangesAreToldInDelta() {
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      Mesh before = Mesh.small().listener("back", 10001, "main").cluster("c", 1);
      server.publish(Mesh.small().listener("front", 20000, "main").cluster("b", 2));
      client.askHaving(LISTENER, has(before, LISTENER));
      Answer listeners = client.accept(LISTENER);
      assertThat(listeners.names()).containsExactly("front");
      assertThat(listeners.removed()).containsExactly("back");
      client.askHaving(CLUSTER, has(before, CLUSTER));
      Answer changed = client.accept(CLUSTER);
      assertThat(changed.names()).containsExactly("b");
      assertThat(changed.removed()).isEmpty();
      assertThat(client.accept(CLUSTER).removed()).containsExactly("c");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersThatOldRoutesNeedStayUntilTheNewOnesAreAccepted(boolean delta) {
    try (Server server = new Server()) {
      Mesh before = Mesh.small();
      Mesh after = before.without(CLUSTER, "a").cluster("c", 1).route("main", "c");
      server.publish(before);
      server.publish(after.assignment("c", 3));
      try (Client client = Client.of(server, delta)) {
        askHaving(client, before, CLUSTER);
        Answer clusters = client.next(CLUSTER);
        assertThat(clusters.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c"));
        assertThat(clusters.removed()).isEmpty();
        askHaving(client, before, LISTENER);
        askHaving(client, before, ROUTE, "main");
        client.ask(ENDPOINT, "a", "b", "c").accept(ENDPOINT);
        client.silent();
        client.ack(clusters);
        assertThat(client.accept(ROUTE).names()).containsExactly("main");
        Answer removal = client.accept(CLUSTER);
        assertThat(delta ? removal.removed() : removal.names())
            .isEqualTo(delta ? List.of("a") : List.of("b", "c"));
        client.silent();
      }
    }
  }

  @Test
  void versionOfOtherNamesIsNotMistakenForTheirs() {
    try (Server server = new Server();
        Client client = Client.sotw(server)) {
      Mesh mesh = Mesh.small().route("other", "b");
      server.publish(mesh);
      client.askHaving(ROUTE, version(mesh, ROUTE, "main"), "main", "other");
      assertThat(client.accept(ROUTE).names()).containsExactly("main", "other");
    }
  }

  /**
   * What of the rejected revision the Envoy has applied is not known, so it gets all of the old.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterARollbackTheSameContentIsSentOnceOnANewStream(boolean delta) {
    Mesh good = Mesh.small();
    Mesh back = good.epoch(1);
    try (Server server = new Server()) {
      server.publish(good);
      try (Client rejecting = Client.of(server, delta)) {
        rejecting.ask(CLUSTER);
        rejecting.accept(CLUSTER);
        server.publish(good.cluster("a", 2).cluster("bad", 1).revision(2));
        rejecting.nack(rejecting.next(CLUSTER), "bad: it is refused");
        server.event(StreamEvent.Nacked.class);
      }
      server.publish(back);
      try (Client client = Client.of(server, delta)) {
        askHaving(client, good, CLUSTER);
        assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
        client.silent();
      }
      try (Client client = Client.of(server, delta)) {
        askHaving(client, back, CLUSTER).silent();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void notReadyMeansSilent(boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter());
        Client client = Client.of(server, delta)) {
      client.ask(CLUSTER);
      client.ask(ROUTE, "main", "later");
      // Both requests were taken, and there is nothing to belong to.
      Await.until("both are taken", () -> sent.subscriptions() == 2);
      assertThat(sent.responses()).isZero();
      server.xds.publish(Mesh.notReady());
      awaitSilence(server);
      // Also to one that asks for more when it is known that there is nothing yet.
      client.ask(LISTENER);
      Await.until("a third is taken", () -> sent.subscriptions() == 3);
      assertThat(sent.responses()).isZero();
      server.publish(Mesh.small());
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
      assertThat(client.accept(LISTENER).names()).containsExactly("front");
      Answer routes = client.accept(ROUTE);
      assertThat(routes.names()).containsExactly("main");
      assertThat(routes.removed()).isEqualTo(delta ? List.of("later") : List.of());
      server.xds.publish(Mesh.notReady());
      awaitSilence(server);
      client.ask(RUNTIME, "layer");
      Await.until("a fourth is taken", () -> sent.subscriptions() == 4);
      assertThat(sent.responses()).isEqualTo(3);
      server.publish(Mesh.small());
      client.accept(RUNTIME);
      client.silent();
      server.publish(Mesh.small().route("main", "b"));
      assertThat(client.accept(ROUTE).names()).containsExactly("main");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void notReadyMeansSilentOnSeparateStreamsToo(boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter())) {
      for (ResourceType type : List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE, RUNTIME)) {
        server.xds.publish(Mesh.notReady());
        int before = sent.responses();
        try (Client client = SeparateIT.open(server, type, delta)) {
          Mesh mesh = Mesh.small().route("a", "a").layer("a", "k", "v");
          boolean whole = Subscription.wholeSet(type);
          client.ask(type, whole ? new String[0] : new String[] {"a"});
          // It is told that it belongs to a group when its request is taken.
          awaitSilence(server);
          assertThat(sent.responses()).isEqualTo(before);
          server.publish(mesh);
          assertThat(client.accept(type).names()).contains(type == LISTENER ? "front" : "a");
        }
        server.event(StreamEvent.Gone.class);
      }
    }
  }

  /** Delta on separate streams: each says what it has. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyWhatDiffersIsSentInDelta(boolean aggregated) {
    Mesh before =
        Mesh.small()
            .fixed("gone", 1)
            .listener("gone", 1, "main")
            .route("gone", "a")
            .layer("same", "k", "v")
            .layer("gone", "k", "v")
            .secret("same", "1")
            .secret("gone", "1")
            .extension("same", "1")
            .extension("gone", "1");
    Mesh now =
        Mesh.small().layer("same", "k", "v").secret("same", "1").extension("same", "1").revision(2);
    Counting sent = new Counting();
    int expected = 0;
    try (Server server = new Server(Server.QUICK, sent.meter())) {
      server.publish(now);
      for (ResourceType type : List.of(CLUSTER, LISTENER, ROUTE, RUNTIME, SECRET, EXTENSION)) {
        String[] names =
            Subscription.wholeSet(type)
                ? new String[0]
                : has(before, type).keySet().toArray(new String[0]);
        try (Client client = NamesIT.open(server, type, true, aggregated)) {
          client.askHaving(type, has(before, type), names);
          Answer answer = client.accept(type);
          if (type == RUNTIME) {
            assertThat(answer.resources()).isEqualTo(Map.of("gone", Absent.layer("gone").body()));
          } else {
            assertThat(answer.names()).as(type.label()).isEmpty();
            assertThat(answer.removed()).as(type.label()).containsExactly("gone");
          }
          server.publishAndSend(now.revision(3));
          assertThat(sent.responses()).as(type.label()).isEqualTo(++expected);
        }
        server.event(StreamEvent.Gone.class);
        try (Client client = NamesIT.open(server, type, true, aggregated)) {
          client.askHaving(type, has(now, type), has(now, type).keySet().toArray(new String[0]));
          server.event(StreamEvent.Connected.class);
          server.publishAndSend(now.revision(4));
          assertThat(sent.responses()).as(type.label()).isEqualTo(expected);
        }
        server.event(StreamEvent.Gone.class);
        server.publish(now);
      }
    }
  }

  /** A cluster that was warming when the last stream broke waits for one (envoy#13009). */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void assignmentsAreSentOnceOnASeparateStreamToo(boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter())) {
      Mesh mesh = Mesh.small();
      server.publish(mesh);
      for (int i = 1; i <= 2; i++) {
        try (Client client = SeparateIT.open(server, ENDPOINT, delta)) {
          askHaving(client, mesh, ENDPOINT, "a", "b");
          assertThat(client.accept(ENDPOINT).names()).containsExactly("a", "b");
          server.publishAndSend(mesh.revision(i + 1));
          assertThat(sent.responses()).isEqualTo(i);
        }
        server.event(StreamEvent.Gone.class);
      }
    }
  }

  /** The only stream has seen that there is nothing for it yet. */
  private static void awaitSilence(Server server) {
    Await.until(
        "it belongs to a group, and there is no revision for it",
        () ->
            server.xds.nodes().size() == 1
                && server.xds.nodes().get(0).key().isPresent()
                && server.xds.nodes().get(0).revision().isEmpty());
  }
}
