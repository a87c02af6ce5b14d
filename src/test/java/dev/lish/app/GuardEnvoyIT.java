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

  /** For so long the checks of new hosts fail. */
  private static final int FAILING_SECONDS = 5;

  /** Requests a second. */
  private static final int PER_SECOND = 300;

  /** What processes that wait for a core add to a time. */
  private static final Duration ON_A_LOADED_MACHINE = Duration.ofMillis(1_500);

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

  private static boolean panics(EnvoyProcess envoy, Load load) {
    long before = envoy.stat("cluster.shop.lb_healthy_panic").orElse(0);
    load.awaitMore(30);
    return envoy.stat("cluster.shop.lb_healthy_panic").orElse(0) > before;
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
        load.awaitMore(FAILING_SECONDS * PER_SECOND);
        recover(shop, added);
        GuardFixture.awaitHealthy(envoy, 21);
        Await.until("the panic is over", () -> !panics(envoy, load));
        Load.Outcomes outcomes = load.stop();
        // Each listed host gets its share: four of 25 are in maintenance, so 240 requests in five
        // seconds at 300 a second, and until the new hosts have passed and workers know of it about
        // 300, as was measured (308 of 1,925 picks).
        long picks = envoy.stat("cluster.shop.lb_healthy_panic").orElse(0);
        long maintenance = shop.requestsToMaintenance();
        assertThat(picks).isGreaterThanOrEqualTo((FAILING_SECONDS - 1) * PER_SECOND);
        // Drawn by chance: 0.16, and four times the deviation of so many draws to either side.
        double deviation = Math.sqrt(0.16 * 0.84 / picks);
        assertThat((double) maintenance / picks)
            .isBetween(0.16 - 4 * deviation, 0.16 + 4 * deviation);
        assertThat(maintenance).isBetween(200L, 400L);
        // The fifteen new hosts fail theirs too: 19 of 25, for as long as they do.
        assertThat(outcomes.failed()).isGreaterThanOrEqualTo(maintenance * 3);
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
        // As docs/design/guard.md says: healthy_threshold (2) x interval (0.3 s) + timeout (1 s),
        // and 1 s for update_merge_window. The API tells it, from the cluster's own settings.
        double stated = shop.statedSeconds();
        assertThat(stated).isEqualTo(2.6);
        Load.Outcomes before = load.outcomes();
        recover(shop, added);
        Instant passing = Instant.now();
        Await.until(
            "all fifteen are in service",
            () -> {
              Load.Outcomes now = load.outcomes();
              return added.stream().allMatch(u -> now.by(u.name()) > before.by(u.name()));
            });
        assertThat(Duration.between(passing, Instant.now()))
            .isLessThan(Duration.ofMillis((long) (1_000 * stated)).plus(ON_A_LOADED_MACHINE));
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
}
