package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.EXTENSION;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.RUNTIME;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.ResourceType;
import dev.lish.serve.Client.Answer;
import dev.lish.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names: asked for before they exist, lost and found again, and what a client says it has. */
class NamesIT {
  private static final Mesh MESH = Mesh.small().secret("s", "1");

  static Stream<Arguments> typesAndModes() {
    return Stream.of(CLUSTER, LISTENER, ROUTE, RUNTIME, SECRET, EXTENSION)
        .flatMap(
            type ->
                Stream.of(
                    Arguments.of(type, false, false),
                    Arguments.of(type, false, true),
                    Arguments.of(type, true, false),
                    Arguments.of(type, true, true)));
  }

  static Client open(Server server, ResourceType type, boolean delta, boolean aggregated) {
    return aggregated ? Client.of(server, delta) : SeparateIT.open(server, type, delta);
  }

  static Mesh with(ResourceType type, String name, int content) {
    return switch (type) {
      case CLUSTER -> MESH.fixed(name, content);
      case LISTENER -> MESH.listener(name, content, "main");
      case ROUTE -> MESH.route(name, "c" + content);
      case SECRET -> MESH.secret(name, "c" + content);
      case RUNTIME -> MESH.layer(name, "k", "c" + content);
      case EXTENSION -> MESH.extension(name, "c" + content);
      case ENDPOINT -> throw new IllegalArgumentException(type.toString());
    };
  }

  /** What a client is told of a name that does not exist; empty: it is told nothing. */
  private static void isTold(Client client, ResourceType type, String missing) {
    if (type == RUNTIME) {
      assertThat(client.accept(type).resources())
          .isEqualTo(Map.of(missing, Absent.layer(missing).body()));
    } else if (client.delta) {
      Answer answer = client.accept(type);
      assertThat(answer.names()).isEmpty();
      assertThat(answer.removed()).containsExactly(missing);
    } else if (Subscription.wholeSet(type)) {
      // Whole types are answered in state of the world, be it with nothing; others are silent.
      assertThat(client.accept(type).names()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("typesAndModes")
  void nameComesGoesAndComesBackWithTheSameBytes(
      ResourceType type, boolean delta, boolean aggregated) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter());
        Client client = open(server, type, delta, aggregated)) {
      server.publish(MESH);
      client.ask(type, "later");
      isTold(client, type, "later");
      server.publishAndSend(with(type, "later", 1).revision(2));
      Map<String, ByteString> first = client.accept(type).resources();
      assertThat(first).containsOnlyKeys("later");
      server.publishAndSend(with(type, "another", 1).revision(3));
      isTold(client, type, "later");
      server.publishAndSend(with(type, "later", 1).revision(4));
      assertThat(client.accept(type).resources()).isEqualTo(first);
      server.publishAndSend(with(type, "later", 1).revision(5));
      // Twice the resource, and twice that there is none.
      boolean told = delta || type == RUNTIME || Subscription.wholeSet(type);
      assertThat(sent.responses()).isEqualTo(told ? 4 : 2);
      server.publishAndSend(with(type, "later", 2).revision(6));
      assertThat(client.accept(type).resources()).containsOnlyKeys("later").isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void starIsWildcardAndMayBeTakenUpAgain(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(MESH);
      client.ask(LISTENER, "*");
      assertThat(client.accept(LISTENER).names()).containsExactly("front");
      if (delta) {
        client.drop(LISTENER, "*");
      } else {
        client.ask(LISTENER);
      }
      client.silent();
      server.publish(MESH.listener("back", 1, "main"));
      client.silent();
      client.ask(LISTENER, "*");
      assertThat(client.accept(LISTENER).names()).containsExactly("back", "front");
      client.silent();
    }
  }

  @Test
  void updateOfListenersCarriesAllOfThemAndOfRoutesOnlyWhatChanged() {
    try (Server server = new Server();
        Client client = Client.sotw(server)) {
      Mesh mesh = MESH.listener("back", 1, "other").route("other", "a").route("unasked", "a");
      server.publish(mesh);
      client.ask(LISTENER).accept(LISTENER);
      client.ask(ROUTE, "main", "other").accept(ROUTE);
      server.publish(mesh.listener("back", 2, "other").route("other", "b").route("unasked", "b"));
      assertThat(client.accept(LISTENER).names()).containsExactly("back", "front");
      assertThat(client.accept(ROUTE).names()).containsExactly("other");
      server.publish(mesh.without(LISTENER, "back").route("other", "b").route("unasked", "b"));
      assertThat(client.accept(LISTENER).names()).containsExactly("front");
      client.silent();
    }
  }

  @Test
  void versionByNameIsOfTheirContentsToo() {
    try (Server server = new Server();
        Client client = Client.sotw(server)) {
      String before = MESH.snapshot().version(SECRET, List.of("s")).value();
      server.publish(MESH.secret("s", "2"));
      client.askHaving(SECRET, before, "s");
      assertThat(client.accept(SECRET).names()).containsExactly("s");
      server.publish(MESH);
      client.accept(SECRET);
    }
  }

  /** Layers, secrets and routes that a client brings along: nothing for what is equal. */
  @Test
  void claimsOfOtherTypesCountInDelta() {
    Mesh mesh = MESH.layer("lish", "k", "v").secret("t", "1").route("gone", "a");
    Map<String, String> routes;
    Map<String, String> secrets;
    Map<String, String> layers;
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      server.publish(mesh);
      routes = client.ask(ROUTE, "main", "gone").accept(ROUTE).versions();
      secrets = client.ask(SECRET, "s", "t").accept(SECRET).versions();
      layers = client.ask(RUNTIME, "lish", "none").accept(RUNTIME).versions();
    }
    try (Server server = new Server();
        Client client = Client.delta(server)) {
      server.publish(mesh.without(ROUTE, "gone").without(SECRET, "t").secret("s", "2"));
      client.askHaving(RUNTIME, layers, "lish", "none").silent();
      client.askHaving(ROUTE, routes, "main", "gone");
      Answer route = client.accept(ROUTE);
      assertThat(route.names()).isEmpty();
      assertThat(route.removed()).containsExactly("gone");
      client.askHaving(SECRET, secrets, "s", "t");
      Answer secret = client.accept(SECRET);
      assertThat(secret.names()).containsExactly("s");
      assertThat(secret.removed()).isEmpty();
      assertThat(client.accept(SECRET).removed()).containsExactly("t");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void assignmentsOfANewStreamComeOnceAndAfterTheClusters(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      Map<String, String> claims;
      server.publish(Mesh.small());
      try (Client before = Client.of(server, delta)) {
        before.ask(CLUSTER).accept(CLUSTER);
        claims =
            before.ask(ResourceType.ENDPOINT, "a", "b").accept(ResourceType.ENDPOINT).versions();
      }
      server.publish(Mesh.small().fixed("c", 1));
      if (delta) {
        client.askHaving(ResourceType.ENDPOINT, claims, "a", "b");
      } else {
        client.askHaving(
            ResourceType.ENDPOINT,
            Mesh.small().snapshot().version(ResourceType.ENDPOINT).value(),
            "a",
            "b");
      }
      assertThat(client.accept(ResourceType.ENDPOINT).names()).containsExactly("a", "b");
      client.silent();
    }
  }

  /** Clusters and listeners by name: silence only for exactly what the client has. */
  @Test
  void versionByNameIsOfExactlyTheseClusters() {
    try (Server server = new Server()) {
      server.publish(MESH);
      String both;
      String one;
      try (Client client = Client.sotw(server)) {
        one = client.ask(CLUSTER, "a").accept(CLUSTER).version();
        both = client.ask(CLUSTER, "a", "b").accept(CLUSTER).version();
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(CLUSTER, both, "b", "a").silent();
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(CLUSTER, one, "a", "b");
        assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(CLUSTER, both, "a");
        assertThat(client.accept(CLUSTER).names()).containsExactly("a");
      }
      // It learns that there is no other one from a response without it.
      try (Client client = Client.sotw(server)) {
        client.askHaving(CLUSTER, one, "a", "none");
        Answer answer = client.accept(CLUSTER);
        assertThat(answer.names()).containsExactly("a");
        one = answer.version();
      }
      try (Client client = Client.sotw(server)) {
        client.askHaving(CLUSTER, one, "none", "a").silent();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void starWithNamesIsLeftAndTakenUpAgain(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(MESH);
      client.ask(CLUSTER, "*", "a");
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b");
      if (delta) {
        client.drop(CLUSTER, "*");
      } else {
        client.ask(CLUSTER, "a");
      }
      client.silent();
      server.publish(MESH.fixed("b", 2).fixed("c", 1));
      client.silent();
      if (delta) {
        client.ask(CLUSTER, "*");
      } else {
        client.ask(CLUSTER, "a", "*");
      }
      assertThat(client.accept(CLUSTER).names()).containsExactly("a", "b", "c");
      server.publish(MESH.fixed("b", 2));
      Answer removal = client.accept(CLUSTER);
      assertThat(delta ? removal.removed() : removal.names())
          .isEqualTo(delta ? List.of("c") : List.of("a", "b"));
      client.silent();
    }
  }

  /**
   * "When the client sends a new request that changes the set of resources being requested, the
   * server must resend any newly requested resources", also before it has answered the first.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nameLeftAndAskedForAgainBeforeTheFirstAnswerIsSent(boolean delta) {
    Counting taken = new Counting();
    try (Server server = new Server(Server.QUICK, taken.meter());
        Client client = Client.of(server, delta)) {
      Mesh mesh = MESH.route("other", "b");
      server.xds.publish(Mesh.notReady());
      if (delta) {
        Map<String, String> has =
            Map.of(
                "main", mesh.snapshot().version(ROUTE, List.of("main")).value(),
                "other", mesh.snapshot().version(ROUTE, List.of("other")).value());
        client.askHaving(ROUTE, has, "main", "other").drop(ROUTE, "other").ask(ROUTE, "other");
      } else {
        String has = mesh.snapshot().version(ROUTE, List.of("main", "other")).value();
        client.askHaving(ROUTE, has, "main", "other").ask(ROUTE, "main");
        client.ask(ROUTE, "main", "other");
      }
      // Requests are taken in order, so those before this one have been.
      client.ask(RUNTIME, "last");
      Await.until("the last request was taken", () -> taken.subscriptions() == 2);
      server.publish(mesh);
      client.accept(RUNTIME);
      List<String> sent = client.accept(ROUTE).names();
      assertThat(sent).isEqualTo(delta ? List.of("other") : List.of("main", "other"));
      client.silent();
    }
  }
}
