package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code lish diff} says that changes do is what real Envoys do. */
class DiffEffectsEnvoyIT {
  @TempDir Path folder;

  private static long stat(EnvoyProcess envoy, String name) {
    return envoy.stat(name).orElse(0);
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void filterChainsAreUpdatedInPlaceAndAllElseDrains(Envoys.Envoy binary) {
    try (MeshFixture mesh = MeshFixture.start(folder, false)) {
      EnvoyProcess envoy = mesh.edge(binary);
      long rebuilt = stat(envoy, "cluster_manager.cluster_modified");

      mesh.edit("edge/listeners/edge.yaml", "merge_slashes: true", "merge_slashes: false");
      mesh.lish.push("In place");
      Await.until(
          "the filter chain is updated in place",
          () -> stat(envoy, "listener_manager.listener_in_place_updated") == 1);
      assertThat(stat(envoy, "listener_manager.total_listeners_draining")).isZero();
      assertThat(stat(envoy, "listener_manager.total_filter_chains_draining")).isEqualTo(1);

      mesh.edit(
          "edge/listeners/edge.yaml",
          "per_connection_buffer_limit_bytes: 32768",
          "per_connection_buffer_limit_bytes: 65536");
      mesh.lish.push("A new listener");
      Await.until(
          "the old listener drains",
          () -> stat(envoy, "listener_manager.total_listeners_draining") == 1);
      assertThat(stat(envoy, "listener_manager.listener_in_place_updated")).isEqualTo(1);

      assertThat(stat(envoy, "cluster_manager.cluster_modified")).isEqualTo(rebuilt);
      mesh.edit("common/clusters/orders.yaml", "connect_timeout: 1s", "connect_timeout: 2s");
      mesh.lish.push("A new cluster");
      Await.until(
          "the cluster is rebuilt",
          () -> stat(envoy, "cluster_manager.cluster_modified") == rebuilt + 1);
    }
  }
}
