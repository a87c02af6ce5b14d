package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Load;
import dev.lish.testing.ResettingUpstream;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A known mix of outcomes through a real Envoy: what Lish adds up is what the clients saw. */
class TrafficEnvoyIT {
  private static final String ROUTES =
      """
      name: edge
      virtual_hosts:
        - name: edge
          domains: [ "*" ]
          routes:
            - { name: pay, match: { prefix: /pay }, route: { cluster: served } }
            - { name: nowhere, match: { prefix: /nowhere }, route: { cluster: nowhere } }
            - { name: slow, match: { prefix: /slow }, route: { cluster: slow, timeout: 0.05s } }
            - name: cut
              match: { prefix: /cut }
              route: { cluster: cut, retry_policy: { retry_on: reset, num_retries: 1 } }
      """;

  private static final String CLUSTER =
      """
      name: %1$s
      type: STATIC
      connect_timeout: 1s
      load_assignment:
        cluster_name: %1$s
        endpoints: [ { lb_endpoints: [ %2$s ] } ]
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aggregatesEqualWhatTheClientsCounted(Envoys.Envoy binary) throws IOException {
    try (Upstream served = Upstream.start("served");
        Upstream slow = Upstream.start("slow");
        ResettingUpstream cut = ResettingUpstream.start();
        MeshFixture mesh = MeshFixture.start(folder, false)) {
      slow.delayBy(Duration.ofSeconds(1));
      Files.delete(mesh.lish.mesh().resolve("edge/routes/edge.yaml.peb"));
      Files.writeString(mesh.lish.mesh().resolve("edge/routes/edge.yaml"), ROUTES);
      cluster(mesh, "served", served.port());
      cluster(mesh, "slow", slow.port());
      cluster(mesh, "cut", cut.port());
      cluster(mesh, "nowhere", 0);
      mesh.edit(
          "edge/listeners/edge.yaml",
          "log_name: edge",
          "log_name: edge\n                  buffer_flush_interval: 0.2s");
      int revision = mesh.lish.push("Four routes that end in four ways");
      mesh.lish.awaitServing("release", revision);
      EnvoyProcess envoy = mesh.edge(binary);
      // What is known of a node is looked at once in a while, and is known before the load starts.
      MeshFixture.get(envoy, "edge", "/pay");
      Await.until("the Envoy's revision is known", () -> hasVersion(mesh, revision));

      Map<String, Long> seen = new TreeMap<>();
      int port = envoy.listenerPort("edge");
      try (Load pay = Load.start(port, "/pay", 300, 2);
          Load nowhere = Load.start(port, "/nowhere", 100, 1);
          Load late = Load.start(port, "/slow", 40, 2);
          Load broken = Load.start(port, "/cut", 40, 1)) {
        pay.awaitMore(150);
        served.answerWith(404);
        pay.awaitMore(150);
        late.awaitMore(20);
        broken.awaitMore(20);
        nowhere.awaitMore(50);
        add(seen, "pay", pay.stop());
        add(seen, "nowhere", nowhere.stop());
        add(seen, "slow", late.stop());
        add(seen, "cut", broken.stop());
      }
      seen.merge("pay to served 2xx none", 1L, Long::sum);
      assertThat(seen.keySet())
          .containsExactly(
              "cut to cut 5xx reset",
              "nowhere to nowhere 5xx unreachable",
              "pay to served 2xx none",
              "pay to served 4xx none",
              "slow to slow 5xx timeout");
      long all = seen.values().stream().mapToLong(n -> n).sum();
      Await.until("all entries have come", () -> sum(metric(mesh, "requests_total")) >= all);

      assertThat(counted(mesh)).isEqualTo(seen);
      assertAccounted(mesh, revision, all);
      assertThat(envoy.stat("access_logs.grpc_access_log.logs_dropped").orElse(0)).isZero();
      assertThat(envoy.stat("access_logs.grpc_access_log.logs_written").orElse(0)).isEqualTo(all);
    }
  }

  private static void cluster(MeshFixture mesh, String name, int port) throws IOException {
    String endpoint =
        port == 0
            ? ""
            : "{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: "
                + port
                + " } } } }";
    Files.createDirectories(mesh.lish.mesh().resolve("edge/clusters"));
    Files.writeString(
        mesh.lish.mesh().resolve("edge/clusters/" + name + ".yaml"),
        CLUSTER.formatted(name, endpoint));
  }

  /** What the clients saw, in the words of the aggregates. */
  private static void add(Map<String, Long> seen, String route, Load.Outcomes outcomes) {
    outcomes
        .answers()
        .forEach(
            (answer, count) -> {
              String failure =
                  switch (route) {
                    case "nowhere" -> "unreachable";
                    case "slow" -> "timeout";
                    case "cut" -> "reset";
                    default -> "none";
                  };
              String cluster = route.equals("pay") ? "served" : route;
              seen.merge(
                  route + " to " + cluster + " " + answer.charAt(0) + "xx " + failure,
                  (long) count,
                  Long::sum);
            });
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(n -> n).sum();
  }

  private static final Pattern SERIES =
      Pattern.compile(
          "lish_traffic_(\\w+)\\{cluster=\"([a-z]+)\",failure=\"(\\w+)\",group=\"edge\","
              + "node_cluster=\"edge-a\",response=\"(\\w+)\",route=\"(\\w*)\",stage=\"release\"}"
              + " ([0-9.E]+)");

  /** A metric by route, cluster, response and failure. */
  private static Map<String, Long> metric(MeshFixture mesh, String name) {
    Map<String, Long> values = new TreeMap<>();
    for (String line : Http.get(mesh.lish.url("/metrics")).body().lines().toList()) {
      if (line.startsWith("lish_traffic_" + name + "{")) {
        Matcher series = SERIES.matcher(line);
        assertThat(series.matches()).as(line).isTrue();
        values.merge(
            series.group(5)
                + " to "
                + series.group(2)
                + " "
                + series.group(4)
                + " "
                + series.group(3),
            (long) Double.parseDouble(series.group(6)),
            Long::sum);
      }
    }
    return values;
  }

  /** Every request was counted once in each metric. */
  private static Map<String, Long> counted(MeshFixture mesh) {
    Map<String, Long> requests = metric(mesh, "requests_total");
    assertThat(metric(mesh, "duration_seconds_count")).isEqualTo(requests);
    assertThat(metric(mesh, "received_bytes_total").values()).allMatch(n -> n > 0);
    metric(mesh, "retries_total")
        .forEach(
            (series, retries) ->
                assertThat(retries)
                    .as(series)
                    .isEqualTo(series.startsWith("cut") ? requests.getOrDefault(series, 0L) : 0L));
    return requests;
  }

  private static void assertAccounted(MeshFixture mesh, int revision, long all) {
    var traffic = mesh.lish.get("/traffic?window=1h");
    long byCluster = 0;
    for (var cluster : traffic.path("clusters")) {
      byCluster += cluster.path("requests").asLong();
      if (cluster.path("cluster").asText().equals("slow")) {
        assertThat(cluster.path("p50").asDouble()).isGreaterThan(45);
        assertThat(cluster.path("flags").path("UT").asLong())
            .isEqualTo(cluster.path("requests").asLong());
        assertThat(cluster.path("callers").get(0).path("cluster").asText()).isEqualTo("edge-a");
      }
    }
    assertThat(byCluster).isEqualTo(all);
    long byVersion = 0;
    for (var version : traffic.path("versions")) {
      byVersion += version.path("requests").asLong();
    }
    assertThat(byVersion).isEqualTo(all);
    assertThat(hasVersion(mesh, revision)).isTrue();
    var edges = mesh.lish.get("/traffic/edges?window=1h").path("edges");
    assertThat(edges).hasSize(4);
    var received = mesh.lish.get("/access-logs");
    assertThat(received.path("refused").asInt() + received.path("dropped").asInt()).isZero();
  }

  private static boolean hasVersion(MeshFixture mesh, int revision) {
    for (var version : mesh.lish.get("/traffic?window=1h").path("versions")) {
      if (version.path("stage").asText().equals("release")
          && version.path("revision").asInt() == revision) {
        return true;
      }
    }
    return false;
  }
}
