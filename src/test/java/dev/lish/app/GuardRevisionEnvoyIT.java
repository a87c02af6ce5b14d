package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.Upstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Revisions that point a cluster at another service, before the eyes of an Envoy under load. */
class GuardRevisionEnvoyIT {
  private static final String OFF = "guard: { enabled: false }";

  @TempDir Path folder;

  private static int pointAt(GuardFixture shop, String from, String to) {
    SampleMesh.edit(shop.lish.mesh(), "edge/clusters/shop.yaml", Map.of(from, to));
    return shop.lish.push("From " + from + " to " + to);
  }

  private static long hosts(EnvoyProcess envoy) {
    return envoy.stat("cluster.shop.membership_total").orElse(-1);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void withoutTheGuardAMisspeltServiceLeavesNoHostOfTen(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, OFF)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        pointAt(shop, "consul:shop", "consul:shpo");
        Await.until("no host is left", () -> hosts(envoy) == 0);
        load.awaitMore(300);
        assertThat(load.stop().failed()).isGreaterThan(200);
      }
    }
  }

  private static void awaitHeld(GuardFixture shop, String because) {
    Await.until(
        "it is held", () -> shop.lish.get("/guard").path("changes").toString().contains(because));
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aMisspeltServiceIsHeldUntilItIsMended(Envoys.Envoy binary, boolean sotw) {
    try (GuardFixture shop = GuardFixture.start(folder, sotw, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        pointAt(shop, "consul:shop", "consul:shpo");
        awaitHeld(shop, "cluster shop: none of its 10 hosts would be left");
        load.awaitMore(600);
        assertThat(hosts(envoy)).isEqualTo(10);
        int mended = pointAt(shop, "consul:shpo", "consul:shop");
        shop.lish.awaitServing("release", mended);
        load.awaitMore(100);
        load.stop().assertNoneLost();
      }
      assertThat(hosts(envoy)).isEqualTo(10);
      shop.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aServiceThatIsRenamedOnPurposeGoesOnceItIsPromoted(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      List<Upstream> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Upstream other = shop.add("other-" + i, 200);
        shop.register("store", other, "passing");
        others.add(other);
      }
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        int revision = pointAt(shop, "consul:shop", "consul:store");
        awaitHeld(shop, "all 10 hosts would be replaced at once, by 5 of consul:store");
        load.awaitMore(300);
        assertThat(others.stream().mapToLong(Upstream::requests).sum()).isZero();
        shop.lish.order(
            "/delivery/promote",
            Map.of("stage", "release", "revision", revision, "reason", "the shop is a store now"));
        others.forEach(other -> load.awaitAnswerBy(other.name()));
        load.stop().assertNoneLost();
      }
      assertThat(hosts(envoy)).isEqualTo(5);
      shop.lish.recorder().assertClean();
    }
  }
}
