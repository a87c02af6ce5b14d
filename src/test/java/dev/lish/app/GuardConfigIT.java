package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
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
}
