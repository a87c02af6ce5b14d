package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server bears: streams, how fast they come, and names; what is beyond is counted. */
class BoundsIT {
  private final List<String> counted = new CopyOnWriteArrayList<>();

  private final XdsMeter meter =
      new XdsMeter() {
        @Override
        public void refused(String reason) {
          counted.add("refused: " + reason);
        }

        @Override
        public void ended(String reason) {
          counted.add("ended: " + reason);
        }

        @Override
        public void delayed() {
          counted.add("delayed");
        }
      };

  private static XdsLimits limits(int streams, int streamsPerSecond, int names) {
    return new XdsLimits(
        streams,
        streamsPerSecond,
        1 << 20,
        names,
        Duration.ofSeconds(1),
        Duration.ZERO,
        Duration.ofMillis(1),
        XdsLimits.Lifetimes.UNLIMITED);
  }

  @Test
  void tooManyNamesEndTheStream() {
    try (Server server = new Server(limits(10, 1000, 3), meter);
        Client client = Client.delta(server)) {
      client.ask(ENDPOINT, "a", "b");
      client.ask(ENDPOINT, "c", "d");
      Status end = client.end();
      assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(end.getDescription()).contains("3 names");
      Await.until("it is not counted any more", () -> server.xds.streams() == 0);
      assertThat(counted).containsExactly("ended: names");
    }
  }

  @Test
  void streamAboveTheLimitIsRefused() {
    try (Server server = new Server(limits(1, 1000, 3), meter);
        Client first = Client.sotw(server)) {
      server.publish(Mesh.small());
      first.ask(CLUSTER).accept(CLUSTER);
      try (Client second = Client.sotw(server)) {
        second.ask(CLUSTER);
        assertThat(second.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
      first.silent();
      assertThat(counted).containsExactly("refused: streams");
    }
  }

  @Test
  void herdWaitsItsTurn() {
    try (Server server = new Server(limits(10, 1, 100), meter);
        Client first = Client.sotw(server);
        Client second = Client.delta(server)) {
      server.publish(Mesh.small());
      first.ask(CLUSTER).accept(CLUSTER);
      second.ask(CLUSTER);
      Await.until("it is introduced", () -> server.xds.nodes().size() == 2);
      // It belongs somewhere, as is seen when its turn has come.
      assertThat(server.xds.nodes())
          .extracting(NodeView::state)
          .doesNotContain(NodeView.State.UNMATCHED);
      second.accept(CLUSTER);
      assertThat(counted).containsExactly("delayed");
    }
  }

  /** Streams that came and went take nobody's turn. */
  @Test
  void whoComesAfterAHerdThatIsGoneDoesNotWaitForIt() {
    try (Server server = new Server(limits(1_000, 1, 100), meter)) {
      server.publish(Mesh.small());
      for (int i = 0; i < 100; i++) {
        Client client = Client.delta(server);
        client.ask(CLUSTER);
        server.event(StreamEvent.Connected.class);
        client.reset();
        server.event(StreamEvent.Gone.class);
      }
      try (Client client = Client.delta(server)) {
        client.ask(CLUSTER).accept(CLUSTER);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamThatNeverAsksForAnythingEnds(boolean delta) {
    XdsLimits limits =
        limits(10, 1_000, 100)
            .withLifetimes(new XdsLimits.Lifetimes(Duration.ofSeconds(1), Duration.ZERO));
    try (Server server = new Server(limits, meter);
        Client client = Client.of(server, delta)) {
      Status end = client.end();
      assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(end.getDescription()).contains("first request");
      Await.until("it takes no place any more", () -> server.xds.streams() == 0);
      assertThat(counted).containsExactly("ended: unanswered");
    }
  }
}
