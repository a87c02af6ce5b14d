package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

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
