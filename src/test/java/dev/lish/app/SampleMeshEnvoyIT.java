package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.recorder.XdsEvent;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Load;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sample mesh on real Envoys: what each gets, and that requests pass. */
class SampleMeshEnvoyIT {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void theSampleMeshIsAcceptedWholeAndRequestsPass(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      Http.Answer home = MeshFixture.get(envoy, "edge", "/");
      assertThat(home.body()).startsWith("hello from the edge of tokyo-1, stage release");
      assertThat(home.header("x-stage")).isEqualTo("release");
      assertThat(MeshFixture.get(envoy, "edge", "/payments").header("x-upstream"))
          .isEqualTo("payments-1");
      assertThat(MeshFixture.get(envoy, "edge", "/orders").header("x-upstream"))
          .isEqualTo("orders-1");
      JsonNode types = mesh.lish.get("/nodes/edge-1").path("types");
      for (String type : new String[] {"cluster", "endpoint", "listener", "route", "runtime"}) {
        assertThat(types.path(type).path("acked").asText())
            .as(type)
            .isNotEmpty()
            .isEqualTo(types.path(type).path("sent").asText());
      }
      mesh.lish.recorder().assertClean();
      envoy.log().assertNoWarnings(EnvoyMatrix.NO_CONNECTION_LIMIT);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void anEnvoyOfEachGroupAndStageGetsItsOwn(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess second = mesh.envoy(binary, "edge-2", "edge-a", "locality.zone", "tokyo-2");
      EnvoyProcess beta =
          mesh.envoy(
              binary, "edge-3", "edge-a", "locality.zone", "tokyo-1", "metadata.stage", "beta");
      EnvoyProcess inner = mesh.envoy(binary, "inner-1", "inner-a");
      assertThat(MeshFixture.get(second, "edge", "/").body()).contains("tokyo-2, stage release");
      assertThat(MeshFixture.get(beta, "edge", "/").body())
          .contains("hello, tester,")
          .contains("tokyo-1, stage beta");
      Http.Answer answer = MeshFixture.get(inner, "inner", "/", "Host", "orders");
      assertThat(answer.header("x-upstream")).isEqualTo("orders-1");
      assertThat(answer.header("x-stage")).isEqualTo("release");
      mesh.lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void anEnvoyThatMatchesNothingIsSentNothingAndShown(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw);
        EnvoyProcess stranger =
            EnvoyProcess.start(
                binary,
                mesh.lish.bootstrap("stranger", "unknown", "sotw", Boolean.toString(sotw)))) {
      mesh.lish.awaitNode("stranger", "unmatched");
      assertThat(mesh.lish.recorder().streamsOf("stranger"))
          .allSatisfy(
              stream -> assertThat(stream.events()).noneMatch(XdsEvent.Response.class::isInstance));
      assertThat(stranger.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aRuntimeKeyFlipsTheSplitWhileRequestsFlow(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 200, 2)) {
        load.awaitAnswerBy("payments-1");
        mesh.edit(
            "common/runtime/lish.yaml",
            "routing.traffic.payments_v2: 0",
            "routing.traffic.payments_v2: 100");
        mesh.lish.push("All payments to version 2");
        load.awaitAnswerBy("payments-2");
        load.awaitNoAnswerBy("payments-1", 50);
        load.stop().assertNoneLost();
      }
      Await.until(
          "the runtime key is 100",
          () -> envoy.runtime("routing.traffic.payments_v2").equals(Optional.of("100")));
      mesh.lish.recorder().assertClean();
    }
  }
}
