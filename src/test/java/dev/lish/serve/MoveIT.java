package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.Admissions;
import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import dev.lish.serve.Client.Answer;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.testing.Await;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Envoys that come to belong elsewhere, and what comes back before anybody was told it was gone.
 */
class MoveIT {
  private static final SnapshotKey ELSEWHERE =
      new SnapshotKey(Mesh.KEY.stage(), "elsewhere", new TreeMap<>());
  private static final Mesh HERE = Mesh.small();
  private static final Mesh THERE =
      Mesh.empty()
          .cluster("c", 1)
          .assignment("c", 5)
          .listener("side", 7, "second")
          .route("second", "c");

  private static Snapshot there() {
    Snapshot snapshot = THERE.snapshot();
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      sets.put(type, snapshot.set(type));
    }
    ResourceSet endpoints = sets.remove(ENDPOINT);
    return Snapshot.of(
        new Snapshot.Origin(ELSEWHERE, snapshot.revision(), snapshot.epoch()),
        sets,
        Admissions.of(endpoints.byName().values()),
        snapshot.unanswered());
  }

  /** Two groups: nodes of this cluster belong to the first, all others to the second. */
  private static Assignment groups(String cluster) {
    NodeMatch first = new NodeMatch(new TreeMap<>(Map.of("cluster", cluster)));
    return assignment(
        List.of(
            new GroupRule(Mesh.KEY.group(), first, new TreeMap<>()),
            new GroupRule(ELSEWHERE.group(), NodeMatch.ALL, new TreeMap<>())));
  }

  private static Assignment assignment(List<GroupRule> groups) {
    return new Assignment(
        List.of(new StageRule(Mesh.KEY.stage(), NodeMatch.ALL, 100)),
        Map.of(Mesh.KEY.stage(), groups),
        groups.isEmpty() ? Map.of() : Map.of(Mesh.KEY, HERE.snapshot(), ELSEWHERE, there()));
  }

  private static void await(Server server, NodeView.State state) {
    Await.until(
        "the only stream is " + state, () -> server.xds.nodes().get(0).state().equals(state));
  }

  private static void start(Client client) {
    client.ask(CLUSTER).accept(CLUSTER);
    client.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
    client.ask(LISTENER).accept(LISTENER);
    client.ask(ROUTE, "main").accept(ROUTE);
  }

  private static void isTaken(Answer answer, String gone, String... left) {
    assertThat(answer.removed().isEmpty() ? answer.names() : answer.removed())
        .isEqualTo(answer.removed().isEmpty() ? List.of(left) : List.of(gone));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void envoyThatComesToBelongToAnotherGroupMakesBeforeItBreaks(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.xds.publish(groups("edge"));
      start(client);
      server.xds.publish(groups("nobody"));
      Answer clusters = client.next(CLUSTER);
      assertThat(clusters.names()).isEqualTo(delta ? List.of("c") : List.of("a", "b", "c"));
      assertThat(clusters.removed()).isEmpty();
      client.ask(ENDPOINT, delta ? new String[] {"c"} : new String[] {"a", "b", "c"});
      assertThat(client.accept(ENDPOINT).names()).containsExactly("c");
      client.silent();
      client.ack(clusters);
      Answer listeners = client.accept(LISTENER);
      assertThat(listeners.names()).containsExactly("side");
      assertThat(listeners.removed()).isEqualTo(delta ? List.of("front") : List.of());
      if (delta) {
        assertThat(client.accept(ROUTE).removed()).containsExactly("main");
      }
      // Nothing uses "b"; connections to the old listener still go to "a".
      isTaken(client.accept(CLUSTER), "b", "a", "c");
      client.ask(ROUTE, "second");
      assertThat(client.accept(ROUTE).names()).containsExactly("second");
      isTaken(client.accept(CLUSTER), "a", "c");
      client.silent();
      await(server, NodeView.State.SYNCED);
      assertThat(server.xds.nodes().get(0).key()).contains(ELSEWHERE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void envoyWhoseGroupGoesKeepsWhatItHasAndIsSentNothingWhenItIsBack(boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter());
        Client client = Client.of(server, delta)) {
      server.xds.publish(groups("edge"));
      start(client);
      await(server, NodeView.State.SYNCED);
      server.xds.publish(assignment(List.of()));
      await(server, NodeView.State.UNMATCHED);
      server.xds.publish(groups("edge"));
      await(server, NodeView.State.SYNCED);
      assertThat(sent.responses()).isEqualTo(4);
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatGoesAndIsBackBeforeTheAnswerIsNotSent(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Mesh mesh = HERE.route("other", "b").listener("back", 1, "other").fixed("c", 1);
      server.publish(mesh);
      client.ask(CLUSTER).accept(CLUSTER);
      client.ask(LISTENER).accept(LISTENER);
      client.ask(ROUTE, "main", "other").accept(ROUTE);
      Mesh next = mesh.route("main", "b").listener("front", 3, "main").fixed("d", 1);
      server.publish(next);
      for (ResourceType type : List.of(CLUSTER, LISTENER, ROUTE)) {
        Answer unanswered = client.next(type);
        String name = type == CLUSTER ? "c" : type == LISTENER ? "back" : "other";
        server.publish(next.without(type, name));
        client.silent();
        server.publish(next);
        client.ack(unanswered);
      }
      client.silent();
    }
  }
}
