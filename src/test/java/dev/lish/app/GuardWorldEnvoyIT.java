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
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guard when the world around it breaks: registries, replicas, a second priority. */
class GuardWorldEnvoyIT {
  @TempDir Path folder;

  private static long members(EnvoyProcess envoy) {
    return envoy.stat("cluster.shop.membership_total").orElse(-1);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aConsulThatComesBackEmptyTakesNothingAway(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      shop.allWell();
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        shop.consul.kill();
        Await.until(
            "it is stale, with its age",
            () -> shop.lish.get("/sources").toString().contains("\"stale\""));
        load.awaitMore(100);
        shop.consul.restart();
        Await.until("all are kept", () -> shop.held() == 10);
        // Longer than any hold: an empty registry is lost, not changed.
        long before = load.outcomes().requests();
        Await.until("1500 requests", () -> load.outcomes().requests() > before + 1_500);
        assertThat(members(envoy)).isEqualTo(10);
        shop.lish.stop();
        shop.lish.start();
        shop.lish.awaitNode("edge-1", "synced");
        load.awaitMore(300);
        assertThat(members(envoy)).isEqualTo(10);
        shop.upstreams.forEach(upstream -> shop.register(upstream, "passing"));
        Await.until("nothing is kept", () -> shop.held() == 0);
        load.awaitMore(100);
        assertThat(members(envoy)).isEqualTo(10);
        load.stop().assertNoneLost();
      }
    }
  }

  /** The second priority takes what the first cannot; hosts are added to it in steps. */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void hostsThatAreDownAreAddedToTheSparePriorityInSteps(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.startWithSpare(folder, GuardFixture.QUICK, 4)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        // Envoy's workers may learn of the factor a merge window later than its configuration.
        load.awaitAnswerBy("spare-0");
        Load.Outcomes before = load.outcomes();
        load.awaitMore(600);
        // 6 of 10 with the factor 140 carry 84 percent; the rest spills.
        assertThat(spilled(before, load.outcomes())).isBetween(0.08, 0.26);
        List<Upstream> added = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
          added.add(shop.add("new-" + i, 503));
        }
        added.forEach(upstream -> shop.register("spare", upstream, "critical"));
        Await.until("some wait", () -> shop.holds().contains("\"waiting\""));
        load.awaitMore(900);
        assertThat(members(envoy)).as("not all were added").isLessThan(29);
        assertThat(GuardFixture.factor(envoy)).isEqualTo(140);
        assertThat(shop.requestsToMaintenance()).isZero();
        added.forEach(upstream -> upstream.answerWith(200));
        added.forEach(upstream -> shop.consul.setStatus(upstream.name(), "passing"));
        Await.until("all are there", () -> members(envoy) == 29);
        added.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        load.stop().assertNoneLost();
      }
      assertThat(shop.requestsToMaintenance()).isZero();
    }
  }

  /**
   * The same hosts when they may wait no longer: the raised factor that lets them in stops the
   * spill until they are up, and says so.
   */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void hostsThatHaveWaitedForTheLongestRaiseStopTheSpillUntilTheyAreUp(Envoys.Envoy binary) {
    try (GuardFixture shop =
        GuardFixture.startWithSpare(
            folder, "guard: { settle: 1500ms, longest_raise: 5s, hold: 4s, window: 20s }", 4)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      try (Load load = shop.load(envoy)) {
        load.awaitAnswerBy("spare-0");
        List<Upstream> added = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
          added.add(shop.add("new-" + i, 503));
        }
        added.forEach(upstream -> shop.register("spare", upstream, "critical"));
        Await.until("some wait", () -> shop.holds().contains("\"waiting\""));
        assertThat(GuardFixture.factor(envoy)).isEqualTo(140);
        Await.until("they may wait no longer", () -> members(envoy) == 29);
        assertThat(GuardFixture.factor(envoy)).isGreaterThan(140);
        assertThat(shop.lish.get("/guard").toString()).contains("stops the spill");
        // Workers may learn of the factor a merge window later than its configuration.
        load.awaitNoAnswerBy("spare-0", 300);
        Load.Outcomes before = load.outcomes();
        load.awaitMore(600);
        assertThat(spilled(before, load.outcomes())).isZero();
        added.forEach(upstream -> upstream.answerWith(200));
        added.forEach(upstream -> shop.consul.setStatus(upstream.name(), "passing"));
        Await.until("the factor is back", () -> GuardFixture.factor(envoy) == 140);
        added.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        load.stop().assertNoneLost();
      }
      assertThat(shop.requestsToMaintenance()).isZero();
    }
  }

  /** What a raised factor costs: while nothing is known of the hosts, nothing spills. */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void aRaisedFactorStopsTheSpillMeanwhile(Envoys.Envoy binary) {
    try (GuardFixture shop =
        GuardFixture.startWithSpare(
            folder, "guard: { settle: 15s, longest_raise: 60s, hold: 4s, window: 20s }", 4)) {
      EnvoyProcess envoy = shop.envoy(binary, 10);
      assertThat(GuardFixture.factor(envoy)).isEqualTo(1010);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(300);
        Load.Outcomes raised = load.outcomes();
        assertThat(GuardFixture.factor(envoy)).as("it is raised still").isEqualTo(1010);
        assertThat(spilled(Load.Outcomes.NONE, raised)).isZero();
        Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
        load.awaitAnswerBy("spare-0");
        load.stop().assertNoneLost();
      }
    }
  }

  /** The part of the answers since then that came from the second priority. */
  private static double spilled(Load.Outcomes before, Load.Outcomes after) {
    return (double) (spares(after) - spares(before)) / (after.requests() - before.requests());
  }

  private static int spares(Load.Outcomes outcomes) {
    int spares = 0;
    for (Map.Entry<String, Integer> answer : outcomes.answers().entrySet()) {
      spares += answer.getKey().startsWith("200 spare-") ? answer.getValue() : 0;
    }
    return spares;
  }

  /**
   * An Envoy thrown from replica to replica and back during a hold, one of them with nothing in
   * data/: its hosts are looked at all the time.
   */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void replicasAgreeOnWhatIsKept(Envoys.Envoy binary) {
    String guard = "guard: { settle: 1500ms, longest_raise: 60s, hold: 60s, window: 60s }";
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        GuardFixture shop = GuardFixture.startInCatalog(folder.resolve("one"), dogma, guard);
        LishServer second =
            LishServer.start(
                folder.resolve("two"), shop.lish.mesh(), shop.registry(), dogma.settings())) {
      second.awaitReady();
      EnvoyProcess envoy =
          shop.envoy(
              binary,
              10,
              shop.lish.bootstrap("edge-1", "edge", "server", "127.0.0.1:" + second.xdsPort()));
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      List<String> all = List.copyOf(new TreeSet<>(envoy.hosts("shop")));
      assertThat(all).hasSize(10);
      try (Load load = shop.load(envoy);
          HostSamples samples = HostSamples.start(envoy, "shop")) {
        shop.deregisterAtOnce(shop.upstreams.subList(0, 8));
        Await.until("they are kept", () -> shop.held() == 8);
        Await.until("the other knows", () -> agrees(shop, second));
        throwOver(shop.lish, second, load, samples);
        shop.lish.start();
        throwOver(second, shop.lish, load, samples);
        second.start();
        throwOver(shop.lish, second, load, samples);
        shop.lish.eraseData();
        shop.lish.start();
        Await.until("it knows again", () -> agrees(shop, second));
        throwOver(second, shop.lish, load, samples);
        assertThat(samples.count()).isGreaterThan(20);
        assertThat(samples.sets()).containsOnlyKeys(all);
        shop.lish.order(
            "/guard/release", Map.of("cluster", "shop", "reason", "they are really gone"));
        Await.until("they are let go", () -> members(envoy) == 2);
        samples.awaitMore(2);
        assertThat(samples.sets()).as("all or two, and nothing in between").hasSize(2);
        load.stop().assertNoneLost();
      }
    }
  }

  private static boolean agrees(GuardFixture shop, LishServer second) {
    String kept = shop.holds();
    return kept.contains("\"gone\"")
        && !kept.contains("\"shared\":false")
        && kept.equals(second.get("/guard").path("holds").toString());
  }

  /** Ends the replica that an Envoy is at, and waits until the other one has it. */
  private static void throwOver(LishServer from, LishServer to, Load load, HostSamples samples) {
    to.awaitReady();
    from.stop();
    to.awaitNode("edge-1", "synced");
    load.awaitMore(200);
    samples.awaitMore(4);
  }
}
