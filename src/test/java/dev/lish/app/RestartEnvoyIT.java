package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lish goes and comes back while requests flow. */
class RestartEnvoyIT {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void envoyGoesOnReconnectsAndWarmsNothingAgain(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      long clusters = warmed(envoy, "cluster_manager.cluster_modified");
      long listeners = warmed(envoy, "listener_manager.listener_modified");
      try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 200, 2)) {
        load.awaitAnswerBy("payments-1");
        mesh.lish.stop();
        load.awaitMore(50);
        mesh.lish.start();
        mesh.lish.awaitNode("edge-1", "synced");
        load.awaitMore(50);
        load.stop().assertNoneLost();
      }
      assertThat(warmed(envoy, "cluster_manager.cluster_modified")).isEqualTo(clusters);
      assertThat(warmed(envoy, "listener_manager.listener_modified")).isEqualTo(listeners);
      assertThat(mesh.lish.recorder().streamsOf("edge-1")).hasSizeGreaterThan(1);
      assertThat(mesh.lish.recorder().responses("edge-1", ResourceType.CLUSTER)).hasSize(1);
      assertThat(mesh.lish.recorder().responses("edge-1", ResourceType.LISTENER)).hasSize(1);
      mesh.edit("values/common.yaml", "greeting: hello", "greeting: good evening");
      mesh.lish.push("Another greeting");
      Await.until(
          "the Envoy greets anew",
          () -> MeshFixture.get(envoy, "edge", "/").body().startsWith("good evening"));
      mesh.lish.recorder().assertClean();
    }
  }

  private static long warmed(EnvoyProcess envoy, String stat) {
    return envoy.stat(stat).orElse(0);
  }
}
