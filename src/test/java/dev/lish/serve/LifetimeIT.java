package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long streams last, and what is counted of them. */
class LifetimeIT {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  private final XdsMeter meter =
      new XdsMeter() {
        @Override
        public void ended(String reason) {
          counts.merge(reason, 1, Integer::sum);
        }

        @Override
        public void delayed() {
          counts.merge("delayed", 1, Integer::sum);
        }

        @Override
        public void subscribed(ResourceType type) {
          counts.merge(type.label(), 1, Integer::sum);
        }

        @Override
        public void unsubscribed(ResourceType type) {
          counts.merge(type.label(), -1, Integer::sum);
        }

        @Override
        public void coalesced(ResourceType type) {
          counts.merge("coalesced " + type.label(), 1, Integer::sum);
        }

        @Override
        public void changeSent(ResourceType type, long micros) {
          counts.merge("sent " + type.label(), 1, Integer::sum);
        }

        @Override
        public void changeAcked(ResourceType type, long micros) {
          counts.merge("acked " + type.label(), 1, Integer::sum);
        }
      };

  private static XdsLimits lasting(Duration answer, Duration age) {
    return Server.QUICK.withLifetimes(new XdsLimits.Lifetimes(answer, age));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oldStreamEndsAndItsConnectionIsLeft(boolean delta) {
    try (Server server = new Server(lasting(Duration.ZERO, Duration.ofSeconds(1)), meter);
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).accept(CLUSTER);
      assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(counts).containsEntry("age", 1);
      Await.until("it is not counted any more", () -> server.xds.streams() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamCountsAsSubscribedAsLongAsItWantsAnything(boolean delta) {
    try (Server server = new Server(Server.QUICK, meter);
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(ROUTE, "main").accept(ROUTE);
      client.ask(CLUSTER).accept(CLUSTER);
      assertThat(counts).containsEntry("route", 1).containsEntry("cluster", 1);
      if (delta) {
        client.drop(ROUTE, "main").silent();
      } else {
        client.ask(ROUTE).silent();
      }
      assertThat(counts).containsEntry("route", 0).containsEntry("cluster", 1);
      client.ask(ROUTE, "main").accept(ROUTE);
      assertThat(counts).containsEntry("route", 1);
      client.reset();
      Await.until("nothing is counted any more", () -> counts.getOrDefault("cluster", 1) == 0);
      assertThat(counts).containsEntry("route", 0);
    }
  }

  @Test
  void momentsOfTheEndAreSpreadOverTheLastQuarter() {
    Duration hour = Duration.ofHours(1);
    try (Server server = new Server(lasting(Duration.ZERO, hour), meter)) {
      assertThat(server.port()).isPositive();
      Streams streams =
          new Streams(
              lasting(Duration.ZERO, hour),
              true,
              java.time.Clock.systemUTC(),
              event -> {},
              XdsMeter.NONE);
      List<Long> ends = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        ends.add(streams.ends(0));
      }
      long micros = hour.toNanos() / 1000;
      assertThat(ends).allMatch(end -> end > micros / 4 * 3 - 1 && end <= micros);
      assertThat(ends.stream().filter(end -> end < micros / 8 * 7).count()).isBetween(300L, 700L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamThatDoesNotAnswerEndsButForClusters(boolean delta) {
    try (Server server = new Server(lasting(Duration.ofSeconds(1), Duration.ZERO), meter);
        Client warming = Client.of(server, delta);
        Client silent = Client.of(server, delta)) {
      server.publish(Mesh.small());
      // Envoy answers for clusters only when all of them are warm.
      warming.ask(CLUSTER).next(CLUSTER);
      silent.ask(LISTENER).next(LISTENER);
      Status end = silent.end();
      assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(end.getDescription()).contains("listener");
      assertThat(counts).containsEntry("unanswered", 1);
      warming.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void subscriptionsChangesAndWhatOvertakesThemAreCounted(boolean delta) {
    try (Server server = new Server(Server.QUICK, meter);
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      final Client.Answer first = client.ask(CLUSTER).next(CLUSTER);
      assertThat(counts).containsEntry("cluster", 1);
      assertThat(counts).doesNotContainKey("sent cluster");
      server.publish(Mesh.small().cluster("b", 2));
      client.silent();
      server.publish(Mesh.small().cluster("b", 3));
      client.silent();
      assertThat(counts).containsEntry("coalesced cluster", 1);
      assertThat(server.xds.behind()).containsEntry(CLUSTER, 1);
      client.ack(first).accept(CLUSTER);
      client.silent();
      assertThat(counts).containsEntry("sent cluster", 1).containsEntry("acked cluster", 1);
      assertThat(server.xds.behind()).containsEntry(CLUSTER, 0);
      client.finish();
      Await.until("no stream is left", () -> counts.getOrDefault("cluster", -1) == 0);
    }
  }

  /** The next stream must not come back over the connection whose streams are old. */
  @Test
  void nextStreamTakesAnotherConnection() {
    try (Server server = new Server(lasting(Duration.ZERO, Duration.ofSeconds(1)), meter)) {
      server.publish(Mesh.small());
      List<String> addresses = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        try (Client client = Client.delta(server)) {
          client.ask(CLUSTER).accept(CLUSTER);
          addresses.add(server.event(StreamEvent.Connected.class).node().peerAddress());
          client.end();
        }
      }
      assertThat(addresses).doesNotHaveDuplicates();
    }
  }
}
