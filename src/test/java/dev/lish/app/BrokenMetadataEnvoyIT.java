package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.JsonServer;
import dev.lish.testing.Load;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates that read an in-house registry, one of whose services gets data that breaks them. */
class BrokenMetadataEnvoyIT {
  private static final String MESH =
      """
      stages: [ { name: release } ]
      groups: [ { name: edge, nodes: { cluster: edge }, resources: [ "edge/**" ] } ]
      """;

  private static final String CLUSTERS =
      """
      {% for s in registry.inventory.services %}
      ---
      name: {{ s.name }}
      type: EDS
      connect_timeout: {{ s.metadata.timeout }}
      eds_cluster_config: { service_name: "inventory:{{ s.name }}", eds_config: { ads: {}, resource_api_version: V3 } }
      {% endfor %}
      """;

  private static final String LISTENER =
      """
      name: front
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: front
                rds: { route_config_name: front, config_source: { ads: {}, resource_api_version: V3 } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
      """;

  private static final String ROUTES =
      """
      name: front
      virtual_hosts:
        - name: all
          domains: [ "*" ]
          routes:
      {% for s in registry.inventory.services %}
            - { match: { prefix: "/{{ s.name }}" }, route: { cluster: "{{ s.name }}" } }
      {% endfor %}
      """;

  @TempDir Path folder;

  private Path mesh() throws IOException {
    Path mesh = folder.resolve("mesh");
    for (List<String> file :
        List.of(
            List.of("mesh.yaml", MESH),
            List.of("edge/clusters/all.yaml.peb", CLUSTERS),
            List.of("edge/listeners/front.yaml", LISTENER),
            List.of("edge/routes/front.yaml.peb", ROUTES))) {
      Path path = mesh.resolve(file.get(0));
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.get(1));
    }
    return mesh;
  }

  private static String service(String name, String timeout, Upstream... hosts) {
    String instances =
        String.join(
                ",", List.of(hosts).stream().map(h -> "\"127.0.0.1:" + h.port() + "\"").toList())
            .replaceAll("\"([^\"]+)\"", "{\"address\": \"$1\"}");
    return "\"%s\": {\"metadata\": {\"timeout\": \"%s\"}, \"instances\": [%s]}"
        .formatted(name, timeout, instances);
  }

  private static String document(String... services) {
    return "{" + String.join(",", services) + "}";
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void othersGoOnAndTheBrokenOneKeepsItsLastGoodData(Envoys.Envoy binary) throws IOException {
    try (JsonServer inventory = new JsonServer();
        Upstream a = Upstream.start("a");
        Upstream more = Upstream.start("more");
        Upstream b = Upstream.start("b");
        Upstream late = Upstream.start("late")) {
      inventory.body = document(service("a", "1s", a), service("b", "1s", b));
      String settings =
          "registries: [ { name: inventory, http: { url: \"%s\", every: 100ms, map: { services: \"\" } } } ]"
              .formatted(inventory.url());
      try (LishServer lish = LishServer.start(folder, mesh(), settings)) {
        lish.awaitReady();
        try (EnvoyProcess envoy =
            EnvoyProcess.start(binary, lish.bootstrap("edge-1", "edge")).awaitReady()) {
          int port = envoy.listenerPort("front");
          try (Load toA = Load.start(port, "/a", 50, 1);
              Load toB = Load.start(port, "/b", 50, 1)) {
            toA.awaitAnswerBy("a");
            toB.awaitAnswerBy("b");
            inventory.body =
                document(
                    service("a", "2s", a, more),
                    service("b", "soon", b),
                    service("c", "never", late),
                    service("d", "1s", late));
            // Neither its instances nor its new metadata wait for the broken ones.
            toA.awaitAnswerBy("more");
            try (Load toD = Load.start(port, "/d", 50, 1)) {
              toD.awaitAnswerBy("late");
              toD.stop();
            }
            Await.until(
                "both are named",
                () -> {
                  String problems = lish.get("/problems").toString();
                  return problems.contains("service b is set aside")
                      && problems.contains("service c is set aside");
                });
            assertThat(envoy.json("/clusters?format=json").toString()).doesNotContain("\"c\"");
            toB.awaitMore(20);
            toA.stop().assertNoneLost();
            toB.stop().assertNoneLost();
          }
        }
        lish.recorder().assertClean();
      }
    }
  }
}
