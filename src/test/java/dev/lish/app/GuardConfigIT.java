package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.testing.Await;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revisions that act on hosts as a mass deregistration would. */
class GuardConfigIT {
  @TempDir Path folder;

  @Test
  void aRevisionThatDropsHealthChecksWaitsUntilItIsPromoted() {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      int before = shop.lish.stage("release").path("serving").asInt();
      shop.dropChecks();
      int revision = shop.lish.push("No checks");
      Await.until(
          "it is held",
          () -> shop.lish.get("/problems").toString().contains("loses its health checks"));
      assertThat(shop.lish.stage("release").path("serving").asInt()).isEqualTo(before);
      shop.lish.order(
          "/delivery/promote",
          Map.of("stage", "release", "revision", revision, "reason", "they are meant to go"));
      shop.lish.awaitServing("release", revision);
    }
  }

  @Test
  void aThresholdAboveWhatIsUpWaitsUntilEnoughHostsAreUp() {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      Await.until("six are settled", () -> available(shop) == 6);
      SampleMesh.edit(
          shop.lish.mesh(),
          "edge/clusters/shop.yaml",
          Map.of(
              "type: EDS\n",
              "type: EDS\ncommon_lb_config: { healthy_panic_threshold: { value: 70 } }\n"));
      int revision = heldBecauseOf(shop, "the panic threshold goes from 50 to 70 % while 6 of 10");
      assertThat(shop.lish.get("/problems").toString())
          .contains("lish promote release " + revision);
      shop.allWell();
      shop.lish.awaitServing("release", revision);
      assertThat(shop.lish.get("/guard").path("changes")).isEmpty();
    }
  }

  @Test
  void aRuntimeLayerThatRaisesTheThresholdWaits() throws IOException {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      Await.until("six are settled", () -> available(shop) == 6);
      Path layer = shop.lish.mesh().resolve("edge/runtime/lish.yaml");
      Files.createDirectories(layer.getParent());
      Files.writeString(layer, "name: lish\nlayer: { upstream.healthy_panic_threshold: 90 }\n");
      heldBecauseOf(shop, "the panic threshold goes from 50 to 90 % while 6 of 10");
    }
  }

  @Test
  void aFactorThatFallsBelowWhatTheThresholdNeedsWaits() {
    try (GuardFixture shop = GuardFixture.startWithSpare(folder, GuardFixture.QUICK, 0)) {
      shop.lish.awaitServing("release", 3);
      String path = "edge/endpoints/shop.yaml";
      SampleMesh.edit(
          shop.lish.mesh(),
          path,
          Map.of("endpoints:\n", "policy: { overprovisioning_factor: 200 }\nendpoints:\n"));
      SampleMesh.edit(
          shop.lish.mesh(),
          "edge/clusters/shop.yaml",
          Map.of(
              "type: EDS\n",
              "type: EDS\ncommon_lb_config: { healthy_panic_threshold: { value: 70 } }\n"));
      shop.lish.awaitServing("release", shop.lish.push("A factor that makes up for it"));
      Await.until("six are settled", () -> available(shop) == 6);
      SampleMesh.edit(shop.lish.mesh(), path, Map.of("factor: 200", "factor: 140"));
      heldBecauseOf(shop, "the overprovisioning factor goes from 200 to 140 while 6 of 10");
    }
  }

  @Test
  void aServiceThatNoRegistryHasWaitsUntilItsInstancesCome() {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      Await.until("six are settled", () -> available(shop) == 6);
      SampleMesh.edit(
          shop.lish.mesh(), "edge/clusters/shop.yaml", Map.of("consul:shop", "consul:store"));
      int revision = heldBecauseOf(shop, "cluster shop: none of its 6 hosts would be left");
      assertThat(shop.lish.get("/problems").toString())
          .contains("edge/clusters/shop.yaml", "lish promote release " + revision);
      // The same machines under the new name: the revision came before them, and may go now.
      shop.upstreams.subList(4, 10).forEach(host -> shop.register("store", host, "passing"));
      shop.lish.awaitServing("release", revision);
      assertThat(shop.lish.get("/guard").path("changes")).isEmpty();
    }
  }

  @Test
  void aReleaseOfTheClusterLetsARevisionGoAndTheStageFollowsOn() {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      Await.until("six are settled", () -> available(shop) == 6);
      String file = "edge/clusters/shop.yaml";
      SampleMesh.edit(shop.lish.mesh(), file, Map.of("consul:shop", "consul:gone"));
      int revision = heldBecauseOf(shop, "consul:gone has none");
      JsonNode change = shop.lish.get("/guard").path("changes").get(0);
      assertThat(change.path("clusters").toString()).isEqualTo("[\"shop\"]");
      shop.lish.order("/guard/release", Map.of("cluster", "shop", "reason", "it is closed"));
      shop.lish.awaitServing("release", revision);
      SampleMesh.edit(shop.lish.mesh(), file, Map.of("consul:gone", "consul:shop"));
      shop.lish.awaitServing("release", shop.lish.push("Open again: there is nothing to lose"));
      Await.until("its hosts are back", () -> available(shop) == 6);
      // A release counts for the revision that it was given for.
      SampleMesh.edit(shop.lish.mesh(), file, Map.of("consul:shop", "consul:gone"));
      heldBecauseOf(shop, "consul:gone has none");
    }
  }

  @Test
  void whatIsHeldStaysHeldOverARestart() {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      Await.until("six are settled", () -> available(shop) == 6);
      int before = shop.lish.stage("release").path("serving").asInt();
      SampleMesh.edit(
          shop.lish.mesh(), "edge/clusters/shop.yaml", Map.of("consul:shop", "consul:gone"));
      heldBecauseOf(shop, "cluster shop: none of its 6 hosts would be left");
      shop.lish.stop();
      shop.lish.start();
      Await.until(
          "it is held again",
          () ->
              shop.lish.get("/guard").path("changes").toString().contains("consul:gone has none"));
      assertThat(shop.lish.stage("release").path("serving").asInt()).isEqualTo(before);
      Await.until("its hosts are there", () -> available(shop) == 6);
    }
  }

  @Test
  void hostsInsideAClusterWithoutChecksAreComparedToo() throws IOException {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      String file = "edge/clusters/users.yaml";
      Files.writeString(
          shop.lish.mesh().resolve(file),
          """
          name: users
          type: STRICT_DNS
          connect_timeout: 1s
          load_assignment:
            cluster_name: users
            endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: localhost, port_value: 9 } } } } ] } ]
          """);
      shop.lish.awaitServing("release", shop.lish.push("Users"));
      SampleMesh.edit(shop.lish.mesh(), file, Map.of("address: localhost", "address: localhots"));
      int revision =
          heldBecauseOf(
              shop, "cluster users: its only host would be replaced at once, by 1 of its load_a");
      assertThat(shop.lish.get("/problems").toString()).contains(file + "\",\"line\":1");
      shop.lish.order("/guard/release", Map.of("cluster", "users", "reason", "a new name"));
      shop.lish.awaitServing("release", revision);
    }
  }

  @Test
  void anotherQueryInAnAssignmentWaitsToo() {
    try (GuardFixture shop = GuardFixture.startWithSpare(folder, GuardFixture.QUICK, 0)) {
      shop.lish.awaitServing("release", 3);
      Await.until("six are settled", () -> available(shop) == 6);
      SampleMesh.edit(
          shop.lish.mesh(),
          "edge/endpoints/shop.yaml",
          Map.of("service: shop }", "service: shop, tag: v2 }"));
      heldBecauseOf(shop, "none of its 6 hosts would be left");
      assertThat(shop.lish.get("/problems").toString()).contains("edge/endpoints/shop.yaml");
    }
  }

  private static int available(GuardFixture shop) {
    return shop.lish.get("/guard").path("assignments").findValue("available").asInt();
  }

  /** Pushes what was written and waits until it is held for this reason; gives its revision. */
  private static int heldBecauseOf(GuardFixture shop, String why) {
    int before = shop.lish.stage("release").path("serving").asInt();
    int revision = shop.lish.push("A change of limits");
    Await.until(
        "it is held: " + why,
        () -> shop.lish.get("/guard").path("changes").toString().contains(why));
    assertThat(shop.lish.stage("release").path("serving").asInt()).isEqualTo(before);
    return revision;
  }
}
