package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A host that operators take out, while fifteen new hosts whose checks fail are added. */
class DrainEnvoyIT {
  private static final String OFF = "guard: { enabled: false }";

  @TempDir Path folder;

  private static List<Upstream> addFifteen(GuardFixture shop) {
    List<Upstream> added = IntStream.range(0, 15).mapToObj(i -> shop.add("new-" + i, 503)).toList();
    added.forEach(upstream -> shop.register(upstream, "critical"));
    return added;
  }

  /** Drains it and waits until Envoy no longer has it. */
  private static void drain(GuardFixture shop, EnvoyProcess envoy, Upstream upstream) {
    String place = "127.0.0.1:" + upstream.port();
    shop.lish.order("/drain", Map.of("target", place, "reason", "disk"));
    Await.until(place + " is gone", () -> !envoy.hosts("shop").contains(place));
  }

  /** So many requests on, those that were on their way when it left are there. */
  private static long settled(Load load, Upstream upstream) {
    load.awaitMore(60);
    return upstream.requests();
  }

  /** Drains a host that is in maintenance and one that is well while an Envoy panics. */
  private static void drainedGetNothingInPanic(GuardFixture shop, EnvoyProcess envoy, Load load) {
    Upstream broken = shop.upstreams.get(0);
    Upstream good = shop.upstreams.get(9);
    drain(shop, envoy, broken);
    drain(shop, envoy, good);
    long brokenBefore = settled(load, broken);
    long goodBefore = good.requests();
    long others = shop.requestsToMaintenance();
    load.awaitMore(600);
    assertThat(shop.requestsToMaintenance()).as("it panics still").isGreaterThan(others);
    assertThat(broken.requests()).isEqualTo(brokenBefore);
    assertThat(good.requests()).isEqualTo(goodBefore);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void drainedHostGetsNothingEvenWhenEnvoyPanics(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, OFF)) {
      EnvoyProcess envoy = shop.envoy(binary, 6);
      try (Load load = shop.load(envoy)) {
        addFifteen(shop);
        Await.until("Envoy panics", () -> shop.requestsToMaintenance() > 0);
        drainedGetNothingInPanic(shop, envoy, load);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void drainWhileHostsAreAddedLosesNothing(Envoys.Envoy binary, boolean sotw) {
    try (GuardFixture shop = GuardFixture.start(folder, sotw, GuardFixture.QUICK)) {
      EnvoyProcess envoy = shop.envoy(binary, 6);
      Await.until("the hosts are settled", () -> GuardFixture.factor(envoy) == 140);
      Upstream drained = shop.upstreams.get(9);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        List<Upstream> added = addFifteen(shop);
        Await.until(
            "they are added", () -> envoy.stat("cluster.shop.membership_total").orElse(0) == 25);
        // Requests that are under way when it leaves must finish.
        drained.delayBy(Duration.ofMillis(300));
        load.awaitMore(30);
        drain(shop, envoy, drained);
        long before = settled(load, drained);
        load.awaitMore(300);
        assertThat(drained.requests()).isEqualTo(before);
        added.forEach(upstream -> upstream.answerWith(200));
        added.forEach(upstream -> shop.consul.setStatus(upstream.name(), "passing"));
        added.forEach(upstream -> load.awaitAnswerBy(upstream.name()));
        assertThat(drained.requests()).isEqualTo(before);
        drained.delayBy(Duration.ZERO);
        shop.lish.order("/undrain", Map.of("target", "127.0.0.1:" + drained.port()));
        Await.until("it is back", () -> drained.requests() > before);
        load.stop().assertNoneLost();
        assertThat(shop.requestsToMaintenance()).isZero();
      }
      shop.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void drainedHostThatIsWrittenInTheMeshGetsNothingEvenWhenEnvoyPanics(Envoys.Envoy binary)
      throws IOException {
    try (GuardFixture shop = GuardFixture.start(folder, false, OFF)) {
      StringBuilder written =
          new StringBuilder("cluster_name: \"consul:shop\"\nendpoints:\n  - lb_endpoints:\n");
      for (Upstream upstream : shop.upstreams) {
        written.append(
            ("      - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d }"
                    + " } }\n")
                .formatted(upstream.port()));
      }
      Path file = shop.lish.mesh().resolve("edge/endpoints/shop.yaml");
      Files.createDirectories(file.getParent());
      Files.writeString(file, written.toString());
      shop.lish.awaitServing("release", shop.lish.push("Hosts in the mesh"));
      EnvoyProcess envoy = shop.envoy(binary, 6);
      shop.upstreams.subList(4, 8).forEach(upstream -> upstream.answerWith(503));
      GuardFixture.awaitHealthy(envoy, 2);
      try (Load load = shop.load(envoy)) {
        Await.until("Envoy panics", () -> shop.requestsToMaintenance() > 0);
        drainedGetNothingInPanic(shop, envoy, load);
        Upstream good = shop.upstreams.get(9);
        long goodBefore = good.requests();
        shop.lish.order("/undrain", Map.of("target", "127.0.0.1:" + good.port()));
        Await.until("it is back", () -> good.requests() > goodBefore);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void clusterThatKeepsRemovedHostsLetsADrainedOneGo(Envoys.Envoy binary) {
    try (GuardFixture shop = GuardFixture.start(folder, false, GuardFixture.QUICK)) {
      SampleMesh.edit(
          shop.lish.mesh(),
          "edge/clusters/shop.yaml",
          Map.of("ignore_health_on_host_removal: true\n", ""));
      shop.lish.awaitServing("release", shop.lish.push("Without the option"));
      EnvoyProcess envoy = shop.envoy(binary, 6);
      Upstream drained = shop.upstreams.get(9);
      try (Load load = shop.load(envoy)) {
        load.awaitMore(100);
        drain(shop, envoy, drained);
        long before = settled(load, drained);
        load.awaitMore(300);
        assertThat(drained.requests()).as("its checks pass, and yet").isEqualTo(before);
        load.stop().assertNoneLost();
        assertThat(shop.requestsToMaintenance()).isZero();
      }
    }
  }
}
