package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static dev.lish.model.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import dev.lish.serve.Client.Answer;
import dev.lish.testing.Await;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, silent, confused or gone; others must not notice. */
class HostileIT {
  private static final String SERVICE = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";

  /** What a minute brings that a client does not read. */
  private static final int CHANGES = 100;

  /** By hand for real: {@code -Dlish.silence=60}. */
  private static final Duration SILENCE = Duration.ofSeconds(Integer.getInteger("lish.silence", 2));

  private static final int MUTE = 10;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatReadsNothingCostsOneResponseOfEachType(boolean delta) {
    Counting sent = new Counting();
    try (Server server = new Server(Server.QUICK, sent.meter());
        Client other = Client.of(server, delta);
        Client deaf = Client.deaf(server, delta).node("deaf", "edge")) {
      server.publish(Mesh.small());
      deaf.ask(CLUSTER).ask(ENDPOINT, "a", "b").ask(LISTENER).ask(ROUTE, "main");
      other.ask(CLUSTER).accept(CLUSTER);
      other.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
      Mesh last = Mesh.small();
      for (int i = 0; i < CHANGES; i++) {
        last = Mesh.small().assignment("b", 2000 + i).route("main", "r" + i);
        server.publish(last);
        assertThat(other.accept(ENDPOINT).names()).containsExactly("b");
      }
      // Four types; the other one got a cluster response, and an assignment for each change.
      assertThat(sent.responses()).isLessThanOrEqualTo(4 + 2 + CHANGES);
      deaf.listen();
      deaf.accept(CLUSTER);
      deaf.accept(ENDPOINT);
      assertThat(deaf.accept(ENDPOINT).resources().get("b"))
          .isEqualTo(last.snapshot().set(ENDPOINT).get("b").orElseThrow().body());
      deaf.accept(LISTENER);
      assertThat(deaf.accept(ROUTE).resources().get("main"))
          .isEqualTo(last.snapshot().set(ROUTE).get("main").orElseThrow().body());
      deaf.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatNeverAnswersGetsOneResponseOfEachType(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small().secret("s", "1"));
      client.ask(CLUSTER).next(CLUSTER);
      final Answer endpoints = client.ask(ENDPOINT, "a", "b").next(ENDPOINT);
      final Answer secret = client.ask(SECRET, "s").next(SECRET);
      for (int i = 2; i < 10; i++) {
        server.publish(Mesh.small().secret("s", "" + i).assignment("b", i).cluster("b", i));
      }
      client.silent();
      // What it answers in the end is not held up by what it does not answer.
      client.ack(secret);
      assertThat(String.valueOf(client.accept(SECRET).resources().get("s"))).contains("9");
      client.ack(endpoints);
      assertThat(client.accept(ENDPOINT).names()).containsExactly("b");
      client.silent();
    }
  }

  /** They cost one response of each type, and end when they have not answered for too long. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientsThatReadOrAnswerNothingEndAndOthersDoNotNotice(boolean delta) {
    Counting sent = new Counting();
    XdsLimits limits = Server.QUICK.withLifetimes(new XdsLimits.Lifetimes(SILENCE, Duration.ZERO));
    List<Client> mute = new ArrayList<>();
    List<Client> deaf = new ArrayList<>();
    try (Server server = new Server(limits, sent.meter());
        Client other = Client.of(server, delta)) {
      server.publish(Mesh.small());
      other.ask(ENDPOINT, "a", "b").accept(ENDPOINT);
      for (int i = 0; i < MUTE; i++) {
        mute.add(Client.of(server, delta).node("mute-" + i, "edge"));
        deaf.add(Client.deaf(server, delta).node("deaf-" + i, "edge"));
      }
      mute.forEach(c -> c.ask(ENDPOINT, "a", "b").ask(LISTENER).ask(ROUTE, "main"));
      deaf.forEach(c -> c.ask(ENDPOINT, "a", "b").ask(LISTENER).ask(ROUTE, "main"));
      Await.until("all are there", () -> server.xds.nodes().size() == 1 + 2 * MUTE);
      long start = System.nanoTime();
      int changes = 0;
      // The largest content is some 100 KB each time: what is kept for them would fill the heap.
      String padding = "x".repeat(100_000);
      while (server.xds.streams() > 1) {
        assertThat(System.nanoTime() - start).isLessThan(SILENCE.plus(Await.LONG).toNanos());
        Mesh next = Mesh.small().assignment("b", 2000 + changes).route("main", padding + changes);
        changes++;
        server.publish(next);
        assertThat(other.accept(ENDPOINT).resources().get("b"))
            .isEqualTo(next.snapshot().set(ENDPOINT).get("b").orElseThrow().body());
      }
      assertThat(System.nanoTime() - start).isGreaterThan(SILENCE.toNanos() / 2);
      assertThat(changes).isGreaterThan(10);
      assertThat(sent.responses()).isLessThanOrEqualTo(1 + changes + 3 * 2 * MUTE);
      for (Client client : mute) {
        Status end = client.end();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getDescription()).contains("no answer for");
      }
      other.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requestsOfSeveralTypesMayBeInterleaved(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small().secret("s", "1").route("other", "b"));
      final Answer route = client.ask(ROUTE, "main").next(ROUTE);
      client.ask(SECRET, "s").ask(LISTENER);
      final Answer secret = client.next(SECRET);
      final Answer listeners = client.next(LISTENER);
      final Answer clusters = client.ask(CLUSTER).next(CLUSTER);
      final Answer endpoints = client.ask(ENDPOINT, "a", "b").next(ENDPOINT);
      client.ack(secret).ack(endpoints);
      // Before it has answered for its routes it asks for more of them.
      if (delta) {
        client.ask(ROUTE, "other").ack(route);
      } else {
        client.ack(route).ask(ROUTE, "main", "other");
      }
      // Routes wait until clusters and listeners are accepted.
      client.silent();
      client.ack(listeners).silent();
      client.ack(clusters);
      assertThat(client.accept(ROUTE).names()).containsExactly("other");
      client.silent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void halfClosedStreamEndsWell(boolean delta) {
    try (Server server = new Server();
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(CLUSTER).next(CLUSTER);
      client.finish();
      assertThat(client.end().getCode()).isEqualTo(Status.Code.OK);
      server.event(StreamEvent.Gone.class);
      assertThat(server.xds.streams()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resetStreamIsForgotten(boolean delta) {
    try (Server server = new Server();
        Client other = Client.of(server, delta)) {
      server.publish(Mesh.small());
      other.ask(CLUSTER).accept(CLUSTER);
      Client client = Client.of(server, delta).node("short", "edge");
      client.ask(CLUSTER).next(CLUSTER);
      client.reset();
      assertThat(server.event(StreamEvent.Gone.class).node().id()).isEqualTo("short");
      Await.until("it is not counted any more", () -> server.xds.streams() == 1);
      server.publish(Mesh.small().cluster("b", 9));
      assertThat(other.accept(CLUSTER).names()).contains("b");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void garbageInTheMiddleEndsItsStreamOnly(boolean delta) {
    try (Server server = new Server();
        Client other = Client.of(server, delta)) {
      server.publish(Mesh.small());
      other.ask(CLUSTER).accept(CLUSTER);
      Node node = Node.newBuilder().setId("mad").setCluster("edge").build();
      Message first =
          delta
              ? DeltaDiscoveryRequest.newBuilder()
                  .setNode(node)
                  .setTypeUrl(CLUSTER.typeUrl())
                  .build()
              : DiscoveryRequest.newBuilder().setNode(node).setTypeUrl(CLUSTER.typeUrl()).build();
      var response =
          WebClient.of("h2c://127.0.0.1:" + server.port())
              .execute(
                  HttpRequest.of(
                      RequestHeaders.of(
                          HttpMethod.POST,
                          SERVICE + (delta ? "Delta" : "Stream") + "AggregatedResources",
                          HttpHeaderNames.CONTENT_TYPE,
                          "application/grpc"),
                      HttpData.wrap(frame(first.toByteArray())),
                      // Field 1, of three bytes, of which there is one.
                      HttpData.wrap(frame(new byte[] {10, 3, 65}))))
              .aggregate()
              .join();
      assertThat(response.trailers().get("grpc-status", response.headers().get("grpc-status", "")))
          .isEqualTo(String.valueOf(Status.Code.INVALID_ARGUMENT.value()));
      Await.until("it is not counted any more", () -> server.xds.streams() == 1);
      server.publish(Mesh.small().cluster("b", 9));
      assertThat(other.accept(CLUSTER).names()).contains("b");
    }
  }

  private static byte[] frame(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tooLargeARequestEndsItsStreamOnly(boolean delta) {
    XdsLimits small =
        new XdsLimits(
            10,
            1000,
            1 << 12,
            100_000,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofMillis(1),
            XdsLimits.Lifetimes.UNLIMITED);
    try (Server server = new Server(small);
        Client other = Client.of(server, delta);
        Client large = Client.of(server, delta).node("large", "edge")) {
      server.publish(Mesh.small());
      other.ask(CLUSTER).accept(CLUSTER);
      large.ask(ENDPOINT, "x".repeat(1 << 12));
      assertThat(large.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      Await.until("it is not counted any more", () -> server.xds.streams() == 1);
      server.publish(Mesh.small().cluster("b", 9));
      assertThat(other.accept(CLUSTER).names()).contains("b");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tooManyNamesEndTheirStream(boolean delta) {
    XdsLimits few =
        new XdsLimits(
            10,
            1000,
            1 << 20,
            3,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofMillis(1),
            XdsLimits.Lifetimes.UNLIMITED);
    try (Server server = new Server(few);
        Client client = Client.of(server, delta)) {
      server.publish(Mesh.small());
      client.ask(ROUTE, "main", "x", "y").accept(ROUTE);
      client.ask(ENDPOINT, "a", "b", "c", "d");
      Status end = client.end();
      assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(end.getDescription()).contains("4 names");
    }
  }
}
