package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators take hosts out, on two replicas that share a real Central Dogma. */
class DrainIT {
  private static final List<Integer> ALL = List.of(1, 2, 3, 4, 5, 6);

  @TempDir Path folder;
  private Path mesh;

  /** Six hosts, of which the last is down. */
  @BeforeEach
  void writeMesh() throws IOException {
    mesh = folder.resolve("mesh");
    write(
        "mesh.yaml",
        """
        stages: [ { name: release } ]
        groups: [ { name: edge, nodes: { cluster: edge }, resources: [ "edge/**" ] } ]
        """);
    write(
        "edge/clusters/shop.yaml",
        """
        name: shop
        type: EDS
        ignore_health_on_host_removal: true
        eds_cluster_config: { service_name: "local:shop", eds_config: { ads: {}, resource_api_version: V3 } }
        """);
    StringBuilder registry = new StringBuilder("services:\n  shop:\n");
    for (int host : ALL) {
      registry.append(
          "    - { id: web-%d/shop, address: 10.0.0.%d, port: 80, health: %s }%n"
              .formatted(host, host, host == 6 ? "critical" : "passing"));
    }
    write("registries/local.yaml", registry.toString());
  }

  private void write(String path, String text) throws IOException {
    Path file = mesh.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** The last numbers of the addresses that Envoys are to have. */
  private static List<Integer> served(LishServer lish) {
    List<Integer> hosts = new ArrayList<>();
    Matcher address =
        Pattern.compile("\"10\\.0\\.0\\.(\\d)\"")
            .matcher(Http.get(lish.url("/api/v1/snapshots/release/edge")).body());
    while (address.find()) {
      hosts.add(Integer.parseInt(address.group(1)));
    }
    hosts.sort(Integer::compareTo);
    return hosts;
  }

  private static void awaitServed(LishServer lish, Integer... hosts) {
    Await.until("it serves " + List.of(hosts), () -> served(lish).equals(List.of(hosts)));
  }

  private static JsonNode drains(LishServer lish) {
    return lish.get("/drains").path("drains");
  }

  @Test
  void drainedHostIsAbsentOnAllReplicasAndAfterARestartUntilItIsUndrained() {
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer one = LishServer.start(folder.resolve("one"), mesh, dogma.settings());
        LishServer two = LishServer.start(folder.resolve("two"), mesh, dogma.settings())) {
      dogma.seed(mesh);
      one.awaitReady();
      two.awaitReady();
      awaitServed(one, 1, 2, 3, 4, 5, 6);
      one.order("/drain", Map.of("target", "10.0.0.2", "reason", "disk"));
      awaitServed(one, 1, 3, 4, 5, 6);
      awaitServed(two, 1, 3, 4, 5, 6);
      String drained = drains(one).toString();
      assertThat(one.post("/drain", Map.of("target", "10.0.0.2", "reason", "disk")).status())
          .isEqualTo(200);
      assertThat(drains(one).toString()).as("the same again").isEqualTo(drained);
      two.order("/drain", Map.of("target", "web-3", "reason", "kernel"));
      awaitServed(one, 1, 4, 5, 6);
      assertThat(one.get("/sources").toString()).contains("6 instances, 2 drained, 1 critical");

      Http.Answer refused = one.post("/drain", Map.of("target", "10.0.0.4", "reason", "x"));
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body())
          .contains("local:shop: 2 of 6 registered would stay up, now 3 (expected: 3 or more)");
      Http.Answer unknown = one.post("/drain", Map.of("target", "10.0.0.99", "reason", "x"));
      assertThat(unknown.status()).isEqualTo(409);
      assertThat(unknown.body()).contains("no watched instance is called so");
      assertThat(served(one)).containsExactly(1, 4, 5, 6);
      one.order("/drain", Map.of("target", "10.0.0.4:80", "reason", "fire", "force", true));
      awaitServed(two, 1, 5, 6);

      one.stop();
      dogma.stop();
      one.start();
      awaitServed(one, 1, 5, 6);
      assertThat(drains(one)).hasSize(3);
      assertThat(drains(one).toString()).contains("\"instances\":1", "fire", "\"local\":false");
      dogma.restart();
      Await.until(
          "two follows again",
          () -> two.get("/sources").findValuesAsText("state").stream().allMatch("current"::equals));
      two.order("/undrain", Map.of("target", "web-3"));
      awaitServed(one, 1, 3, 5, 6);
      assertThat(two.post("/undrain", Map.of("target", "web-3")).body())
          .contains("web-3 is not drained (drained: 10.0.0.2, 10.0.0.4:80)");
    }
  }

  /** It is sent though its registry has it no more, so it is there to be taken out. */
  @Test
  void hostThatIsKeptIsDrained() throws IOException {
    try (LishServer lish = LishServer.start(folder.resolve("one"), mesh)) {
      lish.awaitReady();
      awaitServed(lish, 1, 2, 3, 4, 5, 6);
      write(
          "registries/local.yaml",
          """
          services:
            shop:
              - { id: web-5/shop, address: 10.0.0.5, port: 80 }
          """);
      lish.push("Five are gone");
      Await.until("four are kept", () -> lish.get("/guard").findValues("host").size() == 4);
      awaitServed(lish, 1, 2, 3, 4, 5);
      lish.order("/drain", Map.of("target", "web-1", "reason", "it burns"));
      awaitServed(lish, 2, 3, 4, 5);
      assertThat(drains(lish).toString()).contains("\"instances\":1");
      lish.order("/undrain", Map.of("target", "web-1"));
      awaitServed(lish, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void hostThatIsWrittenInTheMeshIsDrainedWhereItIsPartOfAnAssignment() throws IOException {
    write(
        "edge/clusters/backup.yaml",
        """
        name: backup
        type: EDS
        eds_cluster_config: { eds_config: { ads: {}, resource_api_version: V3 } }
        """);
    write(
        "edge/endpoints/backup.yaml",
        """
        cluster_name: backup
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: 10.0.0.7, port_value: 80 } } }
              - endpoint: { address: { socket_address: { address: 10.0.0.8, port_value: 80 } } }
          - discover: { registry: local, service: shop, priority: 1 }
        """);
    write(
        "edge/clusters/old.yaml",
        """
        name: old
        type: STATIC
        load_assignment:
          cluster_name: old
          endpoints:
            - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 10.0.0.8, port_value: 80 } } }
                - endpoint: { address: { socket_address: { address: 10.0.0.9, port_value: 80 } } }
        """);
    try (LishServer lish = LishServer.start(folder.resolve("one"), mesh)) {
      lish.awaitReady();
      Await.until("it is served", () -> backup(lish).equals("78"));
      assertThat(lish.post("/drain", Map.of("target", "10.0.0.9", "reason", "disk")).body())
          .contains("10.0.0.9 is written in cluster old of the mesh, and is NOT drained there");
      JsonNode answer = lish.order("/drain", Map.of("target", "10.0.0.8", "reason", "disk"));
      assertThat(answer.path("notes").toString())
          .contains("10.0.0.8 is written in cluster old of the mesh, and is NOT drained there");
      Await.until("it is out", () -> backup(lish).equals("7"));
      assertThat(drains(lish).toString()).contains("\"instances\":1", "\"inClusters\":[\"old\"]");
      lish.stop();
      lish.start();
      lish.awaitReady();
      assertThat(backup(lish)).isEqualTo("7");
      lish.order("/undrain", Map.of("target", "10.0.0.8"));
      Await.until("it is back", () -> backup(lish).equals("78"));
    }
  }

  /** The last numbers of the addresses that are written in the mesh for the cluster backup. */
  private static String backup(LishServer lish) {
    StringBuilder hosts = new StringBuilder();
    Matcher address =
        Pattern.compile("\"10\\.0\\.0\\.([78])\"")
            .matcher(
                lish.get("/snapshots/release/edge")
                    .path("resources")
                    .path("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment")
                    .toString());
    while (address.find()) {
      hosts.append(address.group(1));
    }
    return hosts.toString();
  }

  @Test
  void localDrainActsAtOnceIsKeptAndIsSharedWhenCentralDogmaIsBack() {
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer one = LishServer.start(folder.resolve("one"), mesh, dogma.settings());
        LishServer two = LishServer.start(folder.resolve("two"), mesh, dogma.settings())) {
      dogma.seed(mesh);
      one.awaitReady();
      two.awaitReady();
      one.order("/drain", Map.of("target", "10.0.0.1", "reason", "before"));
      awaitServed(two, 2, 3, 4, 5, 6);
      dogma.stop();
      assertThat(one.post("/drain", Map.of("target", "10.0.0.2", "reason", "fire")).status())
          .isEqualTo(503);
      one.order("/drain", Map.of("target", "10.0.0.2", "reason", "fire", "local", true));
      awaitServed(one, 3, 4, 5, 6);
      one.order("/undrain", Map.of("target", "10.0.0.1", "local", true));
      awaitServed(one, 1, 3, 4, 5, 6);
      assertThat(drains(one).toString()).contains("\"local\":true");
      assertThat(served(two)).containsExactly(2, 3, 4, 5, 6);
      one.stop();
      one.start();
      awaitServed(one, 1, 3, 4, 5, 6);
      dogma.restart();
      awaitServed(two, 1, 3, 4, 5, 6);
      Await.until("it is shared", () -> drains(one).toString().contains("\"local\":false"));
      assertThat(served(one)).containsExactly(1, 3, 4, 5, 6);
    }
  }
}
