package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Load;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commits while requests flow: good ones, bad ones, and those that must wait for a person. */
class ChangeEnvoyIT {
  private static final String ROUTES = "edge/routes/edge.yaml.peb";

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aRouteChangedByACommitTakesEffectAndNoRequestIsLost(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 300, 3)) {
        load.awaitAnswerBy("payments-1");
        mesh.edit(ROUTES, "route: { cluster: payments_v1,", "route: { cluster: orders,");
        mesh.lish.push("Payments are answered by orders");
        load.awaitAnswerBy("orders-1");
        load.awaitNoAnswerBy("payments-1", 50);
        load.stop().assertNoneLost();
      }
      mesh.lish.recorder().assertClean();
      envoy.log().assertNoWarnings(EnvoyMatrix.NO_CONNECTION_LIMIT);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aCommitWithAnErrorIsRefusedAndTrafficGoesOn(Envoys.Envoy binary, boolean sotw) {
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        MeshFixture mesh = MeshFixture.start(folder, sotw, dogma)) {
      EnvoyProcess envoy = mesh.edge(binary);
      int messages = mesh.lish.recorder().size();
      try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 300, 3)) {
        load.awaitAnswerBy("payments-1");
        mesh.edit(ROUTES, "domains: [ \"*\" ]", "domain: [ \"*\" ]");
        Http.Answer pushed = mesh.lish.tryPush("A typing error");
        assertThat(pushed.status()).isEqualTo(422);
        assertThat(pushed.body()).contains(ROUTES).contains("domain");
        // The same commit from Git, which nobody checked before.
        dogma.commit(mesh.lish.mesh());
        Await.until(
            "the Problem is told", () -> mesh.lish.get("/problems").toString().contains("domain"));
        load.awaitMore(50);
        load.stop().assertNoneLost();
      }
      assertThat(mesh.lish.stage("release").path("serving").asInt())
          .isLessThan(mesh.lish.stage("release").path("target").asInt());
      assertThat(mesh.lish.recorder().size()).isEqualTo(messages);
      mesh.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aPausedStageStaysWhereItIs(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess release = mesh.edge(binary);
      EnvoyProcess beta =
          mesh.envoy(
              binary, "beta-1", "edge-a", "locality.zone", "tokyo-1", "metadata.stage", "beta");
      mesh.lish.order("/delivery/pause", Map.of("stage", "release", "reason", "a holiday"));
      mesh.edit("values/common.yaml", "greeting: hello", "greeting: good evening");
      mesh.edit("values/beta.yaml", "greeting: hello, tester,", "greeting: good evening, tester,");
      int revision = mesh.lish.push("Another greeting");
      mesh.lish.awaitServing("beta", revision);
      Await.until(
          "beta greets anew",
          () -> MeshFixture.get(beta, "edge", "/").body().startsWith("good evening, tester,"));
      assertThat(MeshFixture.get(release, "edge", "/").body()).startsWith("hello from");
      mesh.lish.order("/delivery/resume", Map.of("stage", "release", "reason", "back"));
      Await.until(
          "release greets anew",
          () -> MeshFixture.get(release, "edge", "/").body().startsWith("good evening from"));
      mesh.lish.order("/delivery/rollback", Map.of("stage", "release", "reason", "too formal"));
      Await.until(
          "release greets as before",
          () -> MeshFixture.get(release, "edge", "/").body().startsWith("hello from"));
      mesh.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aCommitThatWouldMoveAnEnvoyWaitsUntilItIsPromoted(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      mesh.edit("mesh.yaml", "nodes: { metadata.stage: beta }", "nodes: { cluster: \"edge-*\" }");
      int revision = mesh.lish.push("Every edge is beta now");
      Await.until(
          "the membership waits",
          () -> mesh.lish.get("/delivery").path("membership").path("pending").asInt() == revision);
      assertThat(mesh.lish.get("/delivery").path("membership").path("moves").toString())
          .contains("edge-1: release -> beta");
      assertThat(MeshFixture.get(envoy, "edge", "/").body()).contains("stage release");
      mesh.lish.order(
          "/delivery/membership", Map.of("revision", revision, "reason", "it is meant"));
      Await.until(
          "the Envoy is in beta",
          () -> MeshFixture.get(envoy, "edge", "/").body().contains("stage beta"));
      mesh.lish.recorder().assertClean();
    }
  }
}
