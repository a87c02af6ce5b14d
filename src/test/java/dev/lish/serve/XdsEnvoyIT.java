package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.Bootstraps;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Recorder;
import dev.lish.testing.Upstream;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real Envoys on hand-made snapshots. */
class XdsEnvoyIT {
  static Stream<Arguments> envoysAndProtocols() {
    return Envoys.oldestAndNewest().stream()
        .flatMap(e -> Stream.of(Arguments.of(e, true), Arguments.of(e, false)));
  }

  /** An Envoy of these servers, any of them. */
  static String bootstrap(boolean delta, Server... servers) {
    return Bootstraps.ads(
        new Bootstraps.Node("envoy-1", "edge"),
        delta,
        Arrays.stream(servers).mapToInt(Server::port).toArray());
  }

  static void awaitSynced(Server server) {
    Await.until(
        "the Envoy has all",
        () ->
            server.xds.nodes().stream()
                .anyMatch(
                    n ->
                        n.state() == NodeView.State.SYNCED
                            && n.types().containsKey(ROUTE)
                            && n.types().containsKey(ENDPOINT)));
  }

  @ParameterizedTest
  @MethodSource("envoysAndProtocols")
  void trafficFlowsWhileARouteMovesToANewCluster(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Upstream two = Upstream.start("two");
        Server server = new Server(Server.QUICK, recorder)) {
      Mesh before =
          Mesh.empty()
              .cluster("a", 1)
              .assignment("a", one.port())
              .listener("front", 0, "main")
              .route("main", "a");
      server.publish(before);
      try (EnvoyProcess process = EnvoyProcess.start(envoy, bootstrap(delta, server))) {
        process.awaitReady();
        String url = "http://127.0.0.1:" + process.listenerPort("front") + "/";
        assertThat(Http.get(url).body()).contains("one");
        awaitSynced(server);

        Mesh moved =
            before
                .without(CLUSTER, "a")
                .without(ENDPOINT, "a")
                .cluster("b", 1)
                .assignment("b", two.port())
                .route("main", "b");
        server.publish(moved);
        Await.until(
            "the new cluster answers",
            () -> {
              Http.Answer answer = Http.get(url);
              assertThat(answer.status()).isEqualTo(200);
              return answer.body().contains("two");
            });
        Await.until("the old cluster is gone", () -> process.hosts("a").isEmpty());

        server.publish(moved.assignment("b", one.port()));
        Await.until("the new host answers", () -> Http.get(url).body().contains("one"));
        server.publish(moved.assignment("b", one.port()).cluster("b", 9));
        Await.until(
            "the changed cluster is warm",
            () ->
                process.configDump().toString().contains("9s")
                    && process.stat("cluster_manager.warming_clusters").orElse(1) == 0);
        assertThat(Http.get(url).status()).isEqualTo(200);
        awaitSynced(server);
        process.log().assertNoWarnings("There is no configured limit to the number of allowed");
      }
    }
    recorder.assertClean();
  }

  @ParameterizedTest
  @MethodSource("envoysAndProtocols")
  void rejectedListenerIsFollowedByAGoodOne(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Server server = new Server(Server.QUICK, recorder)) {
      Mesh good =
          Mesh.empty()
              .cluster("a", 1)
              .assignment("a", one.port())
              .listener("front", 0, "main")
              .route("main", "a");
      server.publish(good);
      try (EnvoyProcess process = EnvoyProcess.start(envoy, bootstrap(delta, server))) {
        process.awaitReady();
        String url = "http://127.0.0.1:" + process.listenerPort("front") + "/";
        // No address: Envoy must refuse it.
        server.publish(
            good.with(
                    LISTENER,
                    "bad",
                    io.envoyproxy.envoy.config.listener.v3.Listener.newBuilder()
                        .setName("bad")
                        .build())
                .revision(2));
        StreamEvent.Nacked nacked = server.event(StreamEvent.Nacked.class);
        assertThat(nacked.type()).isEqualTo(LISTENER);
        assertThat(nacked.revision().number()).isEqualTo(2);
        assertThat(Http.get(url).status()).isEqualTo(200);
        server.publish(good.epoch(1));
        awaitSynced(server);
        assertThat(Http.get(url).status()).isEqualTo(200);
      }
    }
    recorder.assertClean(LISTENER);
  }

  @ParameterizedTest
  @MethodSource("envoysAndProtocols")
  void nothingIsWarmedAgainAfterARestart(Envoys.Envoy envoy, boolean delta) {
    Recorder recorder = new Recorder();
    try (Upstream one = Upstream.start("one");
        Server server = new Server(Server.QUICK, recorder)) {
      Mesh mesh =
          Mesh.empty()
              .cluster("a", 1)
              .assignment("a", one.port())
              .listener("front", 0, "main")
              .route("main", "a");
      server.publish(mesh);
      try (EnvoyProcess process = EnvoyProcess.start(envoy, bootstrap(delta, server))) {
        process.awaitReady();
        awaitSynced(server);
        long listeners = process.stat("listener_manager.listener_modified").orElse(0);
        long clusters = process.stat("cluster_manager.cluster_modified").orElse(0);
        server.restart(mesh);
        Await.until("a second stream", () -> recorder.streamsOf("envoy-1").size() == 2);
        Await.until(
            "the assignment on it",
            () -> recorder.streamsOf("envoy-1").get(1).responses(ENDPOINT).size() == 1);
        awaitSynced(server);
        assertThat(recorder.streamsOf("envoy-1").get(1).responses(CLUSTER)).isEmpty();
        assertThat(recorder.streamsOf("envoy-1").get(1).responses(LISTENER)).isEmpty();
        assertThat(recorder.streamsOf("envoy-1").get(1).responses(ROUTE)).isEmpty();
        assertThat(process.stat("listener_manager.listener_modified")).hasValue(listeners);
        assertThat(process.stat("cluster_manager.cluster_modified")).hasValue(clusters);
      }
    }
    recorder.assertClean();
  }
}
