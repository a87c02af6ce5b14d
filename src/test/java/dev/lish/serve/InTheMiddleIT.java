package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.Client.Answer;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream that breaks between the new clusters and the new routes, and the next one. */
class InTheMiddleIT {
  private static final Mesh MOVED =
      Mesh.small()
          .without(CLUSTER, "a")
          .without(ENDPOINT, "a")
          .cluster("c", 1)
          .assignment("c", 3)
          .route("main", "c");

  private final Map<ResourceType, Map<String, String>> has = new HashMap<>();
  private final Map<ResourceType, String> versions = new HashMap<>();

  private Answer took(Answer answer) {
    has.computeIfAbsent(answer.type(), t -> new HashMap<>()).putAll(answer.versions());
    versions.put(answer.type(), answer.version());
    return answer;
  }

  private Client again(Client client, ResourceType type, String... names) {
    return client.delta
        ? client.askHaving(type, has.getOrDefault(type, Map.of()), names)
        : client.askHaving(type, versions.getOrDefault(type, ""), names);
  }

  /** The client has the new cluster and the old routes. */
  private void breakInTheMiddle(Server server, boolean delta) {
    server.publish(Mesh.small());
    try (Client client = Client.of(server, delta)) {
      takeAll(client);
      server.publish(MOVED);
      took(client.accept(CLUSTER));
    }
  }

  /** Nothing is lost: the old cluster goes only after the new routes. */
  private void goOn(Client client) {
    again(client, CLUSTER);
    client.ask(ENDPOINT, "a", "b", "c");
    assertThat(client.accept(ENDPOINT).names()).containsExactly("b", "c");
    again(client, LISTENER).silent();
    again(client, ROUTE, "main");
    Answer routes = client.next(ROUTE);
    assertThat(routes.names()).containsExactly("main");
    client.silent();
    client.ack(routes);
    Answer removal = client.accept(CLUSTER);
    assertThat(client.delta ? removal.removed() : removal.names())
        .isEqualTo(client.delta ? List.of("a") : List.of("b", "c"));
    client.silent();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sameServerLosesNothing(boolean delta) {
    try (Server server = new Server()) {
      breakInTheMiddle(server, delta);
      try (Client client = Client.of(server, delta)) {
        goOn(client);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void otherReplicaLosesNothing(boolean delta) {
    try (Server server = new Server();
        Server replica = new Server()) {
      breakInTheMiddle(server, delta);
      // It never had a stream of this group, so it never sent what the client has.
      replica.publish(Mesh.small());
      replica.publish(MOVED);
      try (Client client = Client.of(replica, delta)) {
        goOn(client);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restartedServerLosesNothing(boolean delta) {
    try (Server server = new Server();
        Server restarted = new Server()) {
      breakInTheMiddle(server, delta);
      // It was told what the one before had sent, and publishes the new revision only.
      Snapshot old = Mesh.small().snapshot();
      restarted.xds.remember(old.version(CLUSTER), old.set(CLUSTER));
      restarted.publish(MOVED);
      try (Client client = Client.of(restarted, delta)) {
        goOn(client);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatIsAtTheOldRevisionLosesNothing(boolean delta) {
    try (Server server = new Server();
        Server replica = new Server()) {
      breakInTheMiddle(server, delta);
      // It is still where the client came from: the new cluster is an old one to it.
      replica.publish(Mesh.small());
      try (Client client = Client.of(replica, delta)) {
        again(client, LISTENER).silent();
        again(client, ROUTE, "main").silent();
        again(client, CLUSTER);
        Answer clusters = client.accept(CLUSTER);
        assertThat(clusters.names()).isEqualTo(delta ? List.of() : List.of("a", "b"));
        assertThat(clusters.removed()).isEqualTo(delta ? List.of("c") : List.of());
      }
    }
  }

  private static final XdsLimits DRAINING =
      XdsLimits.DEFAULT.withWaits(
          Duration.ofSeconds(30), Duration.ofSeconds(4), Duration.ofMillis(1));

  /** A name that no listener happens to have in it. */
  private static final String OLD = "old-1";

  private static final Mesh DRAINED =
      Mesh.small().cluster(OLD, 1).assignment(OLD, 3).route("main", OLD);

  private static final Mesh REPLACED =
      Mesh.small().without(ROUTE, "main").listener("front", 10000, "other").route("other", "b");

  private void takeAll(Client client) {
    client.ask(CLUSTER);
    took(client.accept(CLUSTER));
    client.ask(ENDPOINT, "a", "b", OLD).accept(ENDPOINT);
    client.ask(LISTENER);
    took(client.accept(LISTENER));
    client.ask(ROUTE, "main");
    took(client.accept(ROUTE));
  }

  private static void lastsUntilDrained(Client client, long before) {
    Answer removal = client.accept(CLUSTER);
    assertThat(client.delta ? removal.removed() : removal.names())
        .isEqualTo(client.delta ? List.of(OLD) : List.of("a", "b"));
    assertThat(System.nanoTime() - before).isGreaterThan(4_000_000_000L);
  }

  /** The client takes the replaced listener; returns when. */
  private long replaceListener(Server server, Client client) {
    takeAll(client);
    final long before = System.nanoTime();
    server.publish(REPLACED);
    Answer listeners = took(client.next(LISTENER));
    client.ask(ROUTE, "other").ack(listeners);
    Answer routes = took(client.accept(ROUTE));
    assertThat(routes.names()).containsExactly("other");
    assertThat(routes.removed()).isEqualTo(client.delta ? List.of("main") : List.of());
    has.getOrDefault(ROUTE, Map.of()).remove("main");
    return before;
  }

  private void comeBack(Client client) {
    again(client, CLUSTER);
    client.ask(ENDPOINT, "a", "b", OLD);
    client.accept(ENDPOINT);
    again(client, LISTENER);
    again(client, ROUTE, "other").silent();
  }

  /** The connections of the old listener live on at the Envoy, whatever its streams do. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersOfAListenerReplacedBeforeTheBreakOutliveItsDrainTime(boolean delta) {
    try (Server server = new Server(DRAINING)) {
      server.publish(DRAINED);
      long before;
      try (Client client = Client.of(server, delta)) {
        before = replaceListener(server, client);
        client.silent();
      }
      try (Client client = Client.of(server, delta)) {
        comeBack(client);
        lastsUntilDrained(client, before);
      }
    }
  }

  /** The new process cannot know what the one before replaced a moment ago. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersOfAListenerReplacedBeforeARestartOutliveItsDrainTime(boolean delta) {
    try (Server server = new Server(DRAINING);
        Server restarted = new Server(DRAINING)) {
      server.publish(DRAINED);
      long before;
      try (Client client = Client.of(server, delta)) {
        before = replaceListener(server, client);
        client.silent();
      }
      Snapshot old = DRAINED.snapshot();
      restarted.xds.remember(old.version(CLUSTER), old.set(CLUSTER));
      // Envoys may be there before there is something to serve.
      try (Client client = Client.of(restarted, delta)) {
        again(client, CLUSTER);
        restarted.event(StreamEvent.Connected.class);
        restarted.publish(REPLACED);
        client.ask(ENDPOINT, "a", "b", OLD).accept(ENDPOINT);
        again(client, LISTENER);
        again(client, ROUTE, "other").silent();
      }
      try (Client client = Client.of(restarted, delta)) {
        comeBack(client);
        lastsUntilDrained(client, before);
      }
    }
  }

  /** What such a client has is a part of neither revision: one cluster has gone, one has not. */
  @Test
  void stateOfTheWorldBetweenTwoRevisionsOutlivesARestart() {
    try (Server server = new Server(DRAINING);
        Server restarted = new Server(DRAINING)) {
      Map<Version, ResourceSet> kept = new ConcurrentHashMap<>();
      server.xds.keep(kept::put);
      server.publish(DRAINED.fixed("unused-1", 1));
      String between;
      long before;
      try (Client client = Client.sotw(server)) {
        before = replaceListener(server, client);
        Answer removal = client.accept(CLUSTER);
        assertThat(removal.names()).containsExactly("a", "b", OLD);
        between = removal.version();
        versions.put(CLUSTER, between);
        client.silent();
      }
      assertThat(kept.keySet()).extracting(Version::value).containsExactly(between);
      kept.forEach(restarted.xds::remember);
      restarted.publish(REPLACED);
      try (Client client = Client.sotw(restarted)) {
        comeBack(client);
        lastsUntilDrained(client, before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersOfAListenerReplacedBeforeTheBreakStayThoughMoreAreReplaced(boolean delta) {
    try (Server server = new Server(DRAINING)) {
      server.publish(DRAINED);
      long before;
      try (Client client = Client.of(server, delta)) {
        before = replaceListener(server, client);
        client.silent();
      }
      try (Client client = Client.of(server, delta)) {
        comeBack(client);
        server.publish(REPLACED.listener("front", 10001, "other"));
        client.accept(LISTENER);
        client.silent();
        lastsUntilDrained(client, before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersOfASeparateStreamOutliveTheDrainTimeAfterARestart(boolean delta) {
    try (Server server = new Server(DRAINING);
        Server restarted = new Server(DRAINING)) {
      server.publish(DRAINED);
      try (Client client = SeparateIT.open(server, CLUSTER, delta)) {
        client.ask(CLUSTER);
        took(client.accept(CLUSTER));
      }
      Snapshot old = DRAINED.snapshot();
      restarted.xds.remember(old.version(CLUSTER), old.set(CLUSTER));
      restarted.publish(REPLACED);
      long before = System.nanoTime();
      try (Client client = SeparateIT.open(restarted, CLUSTER, delta)) {
        again(client, CLUSTER);
        lastsUntilDrained(client, before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clustersOfAListenerReplacedDuringTheBreakOutliveItsDrainTime(boolean delta) {
    try (Server server = new Server(DRAINING)) {
      server.publish(DRAINED);
      try (Client client = Client.of(server, delta)) {
        takeAll(client);
      }
      server.publish(REPLACED);
      try (Client client = Client.of(server, delta)) {
        again(client, CLUSTER);
        client.ask(ENDPOINT, "a", "b", OLD).accept(ENDPOINT);
        again(client, LISTENER);
        Answer listeners = client.next(LISTENER);
        again(client, ROUTE, "main").silent();
        final long before = System.nanoTime();
        client.ack(listeners);
        if (delta) {
          assertThat(client.accept(ROUTE).removed()).containsExactly("main");
        }
        client.ask(ROUTE, "other");
        assertThat(client.accept(ROUTE).names()).containsExactly("other");
        client.silent();
        lastsUntilDrained(client, before);
      }
    }
  }
}
