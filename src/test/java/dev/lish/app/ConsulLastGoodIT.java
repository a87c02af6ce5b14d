package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.ConsulProcess.Registration;
import dev.lish.testing.ConsulProxy;
import dev.lish.testing.ConsulProxy.Mode;
import dev.lish.testing.Http;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Consul that is in trouble: what was known of it is served, and it is told. */
class ConsulLastGoodIT {
  private static final String CLUSTER =
      """
      name: shop
      type: EDS
      eds_cluster_config:
        service_name: "consul:shop"
        eds_config: { ads: {}, resource_api_version: V3 }
      health_checks:
        - { timeout: 1s, interval: 1s, unhealthy_threshold: 2, healthy_threshold: 2, http_health_check: { path: / } }
      """;

  @TempDir Path folder;
  private ConsulProcess consul;
  private ConsulProxy proxy;
  private LishServer lish;

  @BeforeEach
  void start() throws IOException {
    consul = ConsulProcess.start();
    proxy = new ConsulProxy(URI.create(consul.address()));
    for (int i = 0; i < 10; i++) {
      register(i);
    }
    Path mesh = Files.createDirectories(folder.resolve("mesh"));
    Files.createDirectories(mesh.resolve("edge/clusters"));
    Files.writeString(
        mesh.resolve("mesh.yaml"),
        """
        stages: [ { name: release } ]
        groups: [ { name: edge, nodes: { cluster: edge }, resources: [ "edge/**" ] } ]
        guard: { settle: 1s, longest_raise: 20s, hold: 60s, window: 60s }
        """);
    Files.writeString(mesh.resolve("edge/clusters/shop.yaml"), CLUSTER);
    lish =
        LishServer.start(
            folder,
            mesh,
            "registries: [ { name: consul, consul: { address: \"127.0.0.1:%d\" } } ]"
                .formatted(proxy.port()));
    lish.awaitReady();
  }

  @AfterEach
  void stop() {
    lish.close();
    proxy.close();
    consul.close();
  }

  private void register(int i) {
    consul.register(Registration.local("shop", "shop-" + i, 9000 + i));
  }

  private JsonNode source() {
    for (JsonNode source : lish.get("/sources").path("sources")) {
      if (source.path("name").asText().equals("consul:shop")) {
        return source;
      }
    }
    throw new AssertionError("no such source");
  }

  private void awaitState(String state) {
    Await.until("it is " + state, () -> source().path("state").asText().equals(state));
  }

  /** The value of a metric, of the first line that has all of these parts. */
  private double metric(String... parts) {
    return Http.get(lish.url("/metrics"))
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .filter(line -> Arrays.stream(parts).allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  /** Waits for all to be back, then until holds have ended, which stay for their time. */
  private void awaitReturn() {
    Await.until("all are back", () -> source().path("detail").asText().matches("1[01] instances"));
    lish.advance(Duration.ofMinutes(3));
  }

  private FakeEnvoy envoy() {
    FakeEnvoy envoy = FakeEnvoy.connect(lish.xdsPort(), "edge-1", "edge", Map.of());
    envoy.awaitSome(ResourceType.CLUSTER).askEndpoints("consul:shop");
    return envoy;
  }

  private static int hosts(FakeEnvoy envoy) {
    return envoy
        .assignment("consul:shop")
        .map(
            a ->
                a.getEndpointsList().stream()
                    .mapToInt(LocalityLbEndpoints::getLbEndpointsCount)
                    .sum())
        .orElse(-1);
  }

  private static void awaitHosts(FakeEnvoy envoy, int hosts) {
    Await.until(hosts + " hosts", () -> hosts(envoy) == hosts);
  }

  private void restart() {
    lish.stop();
    lish.start();
    lish.awaitReady();
  }

  private double silence() {
    return metric("lish_source_silence_seconds", "\"consul\"");
  }

  private void awaitSilence() {
    Await.until("the metric rises", () -> silence() > 1);
  }

  private double alarms() {
    return metric("lish_guard_alarms ");
  }

  private void awaitAlarm(double before) {
    Await.until("an alarm is counted", () -> alarms() > before);
  }

  private void awaitKept(int hosts) {
    Await.until(
        hosts + " are kept",
        () -> lish.get("/guard").path("holds").findValues("host").size() == hosts);
  }

  @Test
  void answersOf500ServeTheLastGoodShowTheAgeAndRaiseTheMetricAlsoOverARestart() {
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      assertThat(silence()).isZero();
      proxy.become(Mode.FAIL);
      awaitState("stale");
      assertThat(source().path("since").asText()).isNotEmpty();
      assertThat(source().path("detail").asText()).contains("500");
      awaitSilence();
      assertThat(hosts(envoy)).isEqualTo(10);
    }
    restart();
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      assertThat(source().path("state").asText()).isEqualTo("stale");
      assertThat(source().path("detail").asText()).contains("from data/");
      awaitSilence();
      // Eight go while nobody can tell: they are kept when it can be told.
      for (int i = 2; i < 10; i++) {
        consul.deregister("shop-" + i);
      }
      double alarms = alarms();
      proxy.become(Mode.PASS);
      awaitState("current");
      awaitKept(8);
      assertThat(hosts(envoy)).isEqualTo(10);
      awaitAlarm(alarms);
    }
  }

  @Test
  void anEmptyCatalogTakesNothingAwayAlsoOverARestart() {
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      double alarms = alarms();
      proxy.become(Mode.EMPTY);
      awaitKept(10);
      awaitAlarm(alarms);
      assertThat(hosts(envoy)).isEqualTo(10);
    }
    restart();
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      proxy.become(Mode.PASS);
      awaitReturn();
      awaitKept(0);
      assertThat(hosts(envoy)).isEqualTo(10);
    }
  }

  @Test
  void aFlappingConsulLosesNoHostAndIsFollowedWhenItIsSteady() {
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      envoy.takeReceived();
      for (Mode mode : new Mode[] {Mode.FAIL, Mode.EMPTY, Mode.FAIL, Mode.PASS, Mode.EMPTY}) {
        int before = proxy.troubled();
        proxy.become(mode);
        Await.until("it is seen", () -> mode == Mode.PASS || proxy.troubled() > before);
        assertThat(hosts(envoy)).isEqualTo(10);
      }
      proxy.become(Mode.PASS);
      register(10);
      awaitHosts(envoy, 11);
      awaitReturn();
      awaitKept(0);
      awaitState("current");
    }
  }

  @Test
  void whoLeftBeforeARestartCountsAfterIt() {
    try (FakeEnvoy envoy = envoy()) {
      awaitHosts(envoy, 10);
      for (int i = 0; i < 4; i++) {
        consul.deregister("shop-" + i);
      }
      awaitHosts(envoy, 6);
    }
    lish.stop();
    // Three of six alone would be no mass; seven of ten are.
    for (int i = 4; i < 7; i++) {
      consul.deregister("shop-" + i);
    }
    lish.start();
    lish.awaitReady();
    try (FakeEnvoy envoy = envoy()) {
      awaitKept(3);
      awaitHosts(envoy, 6);
    }
  }
}
