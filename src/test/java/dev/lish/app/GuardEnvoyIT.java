package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The outage that the guard is for, with and without it. */
class GuardEnvoyIT {
  private static final String OFF = "guard: { enabled: false }";

  @TempDir Path folder;

  /** Fifteen new hosts, whose checks fail for five seconds. */
  private static List<Upstream> addFifteen(GuardFixture shop) {
    List<Upstream> added = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      added.add(shop.add("new-" + i, 503));
    }
    added.forEach(upstream -> shop.register(upstream, "critical"));
    return added;
  }

  private static void recover(GuardFixture shop, List<Upstream> added) {
    added.forEach(upstream -> upstream.answerWith(200));
    added.forEach(upstream -> shop.consul.setStatus(upstream.name(), "passing"));
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void withoutTheGuardTrafficGoesToHostsInMaintenance(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, OFF)) {
      EnvoyProcess envoy = shop.envoy(binary, 6);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        assertThat(shop.requestsToMaintenance()).isZero();
        List<Upstream> added = addFifteen(shop);
        load.awaitMore(5 * 300);
        recover(shop, added);
        GuardFixture.awaitHealthy(envoy, 21);
        Load.Outcomes outcomes = load.stop();
        // Five seconds at 300 a second over 25 hosts, of which four are in maintenance: about 240,
        // and until the last new host has passed about 300.
        assertThat(shop.requestsToMaintenance()).isBetween(150L, 450L);
        assertThat(outcomes.failed()).isGreaterThan(1_000);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void newHostsThatAreDownPutNoTrafficOnHostsInMaintenance(Envoys.Envoy binary, boolean sotw) {
    try (GuardFixture shop = GuardFixture.start(folder, sotw, GuardFixture.QUICK)) {
      EnvoyProcess envoy = shop.envoy(binary, 6);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        List<Upstream> added = addFifteen(shop);
        load.awaitMore(5 * 300);
        assertThat(envoy.stat("cluster.shop.membership_total").orElse(0)).isEqualTo(25);
        assertThat(GuardFixture.factor(envoy)).isEqualTo(505);
        Instant passing = Instant.now();
        recover(shop, added);
        added.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        // docs/design/guard.md: 2 x 0.3 s + 1 s + 1 s here. The rest is for a loaded machine, and
        // still less than what a step (settle) for each host, or the longest raise, would take.
        assertThat(Duration.between(passing, Instant.now())).isLessThan(Duration.ofSeconds(20));
        Await.until("the factor is back", () -> GuardFixture.factor(envoy) == 140);
        load.awaitMore(300);
        load.stop().assertNoneLost();
        assertThat(shop.requestsToMaintenance()).isZero();
      }
      shop.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aRestartInTheMiddleChangesNothing(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      EnvoyProcess envoy = shop.envoy(binary, 6);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        List<Upstream> added = addFifteen(shop);
        Await.until("all are there", () -> GuardFixture.factor(envoy) == 505);
        shop.lish.stop();
        load.awaitMore(300);
        shop.lish.start();
        shop.lish.awaitNode("edge-1", "synced");
        load.awaitMore(600);
        assertThat(GuardFixture.factor(envoy))
            .as("as before, not that of an unknown base")
            .isEqualTo(505);
        recover(shop, added);
        added.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        Await.until("the factor is back", () -> GuardFixture.factor(envoy) == 140);
        load.stop().assertNoneLost();
      }
      assertThat(shop.requestsToMaintenance()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void instancesThatDeregisterTooManyAtOnceAreKeptAndThenLetGo(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        List<Upstream> gone = shop.upstreams.subList(0, 8);
        gone.forEach(upstream -> shop.consul.deregister(upstream.name()));
        Await.until("they are kept", () -> shop.holds().contains("\"gone\""));
        long kept = envoy.stat("cluster.shop.membership_total").orElse(0);
        // Those up to the fifth are not more than half, and may have gone one by one.
        assertThat(kept).isGreaterThanOrEqualTo(5);
        load.awaitMore(300);
        assertThat(envoy.stat("cluster.shop.membership_total").orElse(0)).isEqualTo(kept);
        Await.until(
            "they are let go", () -> envoy.stat("cluster.shop.membership_total").orElse(0) == 2);
        load.awaitMore(100);
        load.stop().assertNoneLost();
      }
      shop.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void instancesThatWereCriticalAndDeregisterAreOutAtOnce(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      List<Upstream> dead = shop.upstreams.subList(0, 8);
      dead.forEach(upstream -> upstream.answerWith(503));
      dead.forEach(upstream -> shop.consul.setStatus(upstream.name(), "critical"));
      Await.until("Lish knows", () -> shop.holds().contains("\"critical\"") && shop.held() == 8);
      dead.forEach(upstream -> shop.consul.deregister(upstream.name()));
      Await.until("they are out", () -> envoy.stat("cluster.shop.membership_total").orElse(0) == 2);
      assertThat(shop.holds()).doesNotContain("\"gone\"");
      long before = dead.stream().mapToLong(Upstream::requests).sum();
      try (Load load = shop.load(envoy)) {
        load.awaitMore(300);
        load.stop().assertNoneLost();
      }
      assertThat(dead.stream().mapToLong(Upstream::requests).sum()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aMassThatTurnsCriticalWhileEnvoysChecksPassGoesOn(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        List<Upstream> critical = shop.upstreams.subList(0, 6);
        critical.forEach(upstream -> shop.consul.setStatus(upstream.name(), "critical"));
        Await.until("they are shielded", () -> shop.holds().contains("\"critical\""));
        GuardFixture.awaitHealthy(envoy, 10);
        Load.Outcomes before = load.outcomes();
        load.awaitMore(500);
        Load.Outcomes after = load.outcomes();
        for (Upstream upstream : shop.upstreams) {
          assertThat(after.by(upstream.name()) - before.by(upstream.name()))
              .as("the share of " + upstream.name() + " in 500")
              .isBetween(30, 80);
        }
        load.stop().assertNoneLost();
      }
      Await.until(
          "they are shown as they are",
          () -> envoy.stat("cluster.shop.membership_healthy").orElse(0) == 4);
    }
  }
}
