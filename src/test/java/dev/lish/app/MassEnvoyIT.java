package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.HostSamples;
import dev.lish.testing.Load;
import dev.lish.testing.Upstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Too many instances of a service deregister, or turn critical, at once. */
class MassEnvoyIT {
  /** What is asserted meanwhile takes some seconds, on a busy machine more. */
  private static final String LONG_HOLD =
      "guard: { settle: 1500ms, longest_raise: 20s, hold: 12s, window: 30s }";

  @TempDir Path folder;

  /** In one change: not one of the eight leaves before all are let go. */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void eightOfTenThatDeregisterInOneChangeAreAllKeptAndThenLetGo(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.startInCatalog(folder, LONG_HOLD)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      List<String> all = List.copyOf(new TreeSet<>(envoy.hosts("shop")));
      List<String> two =
          List.copyOf(
              new TreeSet<>(
                  shop.upstreams.subList(8, 10).stream()
                      .map(u -> "127.0.0.1:" + u.port())
                      .toList()));
      try (Load load = shop.load(envoy);
          HostSamples samples = HostSamples.start(envoy, "shop")) {
        load.awaitMore(100);
        shop.deregisterAtOnce(shop.upstreams.subList(0, 8));
        Await.until("they are kept", () -> shop.held() == 8);
        load.awaitMore(300);
        assertThat(samples.sets()).containsOnlyKeys(all);
        Await.until("they are let go", () -> GuardFixture.members(envoy) == 2);
        load.awaitMore(100);
        samples.awaitMore(2);
        // All or two, and nothing in between.
        assertThat(samples.sets()).containsOnlyKeys(all, two);
        load.stop().assertNoneLost();
      }
      shop.lish.recorder().assertClean();
    }
  }

  /**
   * All ten by ten others that are down, in one change: the ten go on serving until they are up.
   */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void tenThatAreReplacedAtOnceAreKeptBesideTheOthers(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.startInCatalog(folder, LONG_HOLD)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      List<Upstream> old = List.copyOf(shop.upstreams);
      List<Upstream> others = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        others.add(shop.add("other-" + i, 503));
      }
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        shop.replaceAtOnce(old, others);
        Await.until("they are kept", () -> shop.held() == 10);
        load.awaitMore(300);
        assertThat(GuardFixture.members(envoy)).isEqualTo(20);
        others.forEach(upstream -> upstream.answerWith(200));
        others.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        Await.until("the old are let go", () -> GuardFixture.members(envoy) == 10);
        load.awaitMore(100);
        load.stop().assertNoneLost();
      }
      shop.lish.recorder().assertClean();
    }
  }

  /** One after the other: half of the service may go, the sixth of ten and all after it may not. */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void ofInstancesThatDeregisterOneByOneHalfGoAndTheOthersAreKeptAndThenLetGo(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, LONG_HOLD)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        for (int i = 0; i < 5; i++) {
          int left = 9 - i;
          shop.consul.deregister(shop.upstreams.get(i).name());
          Await.until(left + " are left", () -> GuardFixture.members(envoy) == left);
          assertThat(shop.held()).isZero();
        }
        shop.upstreams.subList(5, 8).forEach(u -> shop.consul.deregister(u.name()));
        Await.until("three are kept", () -> shop.held() == 3);
        assertThat(shop.holds()).contains("\"gone\"");
        load.awaitMore(300);
        assertThat(GuardFixture.members(envoy)).isEqualTo(5);
        Await.until("they are let go", () -> GuardFixture.members(envoy) == 2);
        load.awaitMore(100);
        load.stop().assertNoneLost();
      }
      shop.lish.recorder().assertClean();
    }
  }

  /**
   * The load runs through the change: no request goes to the dead ones once they are out. Until
   * then Envoy is in panic, since two of its ten are up by its own checks, and some do; the change
   * ends it.
   */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void instancesThatWereCriticalAndDeregisterAreOutAtOnce(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.startInCatalog(folder, GuardFixture.QUICK)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      List<Upstream> dead = shop.upstreams.subList(0, 8);
      dead.forEach(upstream -> upstream.answerWith(503));
      dead.forEach(upstream -> shop.registerInCatalog(upstream, "critical"));
      Await.until("Lish knows", () -> shop.holds().contains("\"critical\"") && shop.held() == 8);
      GuardFixture.awaitHealthy(envoy, 2);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(300);
        assertThat(load.outcomes().failed()).as("Envoy is in panic by itself").isPositive();
        shop.deregisterAtOnce(dead);
        Await.until("they are out", () -> GuardFixture.members(envoy) == 2);
        assertThat(shop.holds()).doesNotContain("\"gone\"");
        // Those that were on their way when the change came have ended by then.
        load.awaitMore(30);
        long requests = dead.stream().mapToLong(Upstream::requests).sum();
        long failed = load.outcomes().failed();
        load.awaitMore(600);
        assertThat(load.stop().failed()).isEqualTo(failed);
        assertThat(dead.stream().mapToLong(Upstream::requests).sum()).isEqualTo(requests);
      }
      shop.lish.recorder().assertClean();
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
