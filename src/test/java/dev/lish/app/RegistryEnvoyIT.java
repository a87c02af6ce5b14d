package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.Upstream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Instances from a real Consul, in a real Envoy. */
class RegistryEnvoyIT {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aRegisteredInstanceGetsTrafficAndADeregisteredOneNoMore(Envoys.Envoy binary, boolean sotw) {
    try (ConsulProcess consul = ConsulProcess.start();
        Upstream first = Upstream.start("first");
        Upstream second = Upstream.start("second")) {
      consul.register(ConsulProcess.Registration.local("shop", "shop-1", first.port()));
      String settings =
          "registries: [ { name: consul, consul: { address: \"127.0.0.1:"
              + consul.port()
              + "\" } } ]";
      try (MeshFixture mesh = MeshFixture.start(folder, sotw, settings)) {
        mesh.edit(
            "common/clusters/payments.yaml.peb",
            "\"local:payments?tag={{ version }}\"",
            "\"consul:shop\"");
        int revision = mesh.lish.push("Payments are in Consul");
        // Its only host is another one then: the guard has it wait until somebody says so.
        Await.until(
            "both stages hold it", () -> mesh.lish.get("/guard").path("changes").size() == 2);
        for (String cluster : List.of("payments_v1", "payments_v2")) {
          mesh.lish.order("/guard/release", Map.of("cluster", cluster, "reason", "it is meant"));
        }
        mesh.lish.awaitServing("beta", revision);
        mesh.lish.awaitServing("release", revision);
        EnvoyProcess envoy = mesh.edge(binary);
        try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 200, 2)) {
          load.awaitAnswerBy("first");
          consul.register(ConsulProcess.Registration.local("shop", "shop-2", second.port()));
          load.awaitAnswerBy("second");
          consul.deregister("shop-1");
          Await.until(
              "Envoy has only the second",
              () -> envoy.hosts("payments_v1").equals(List.of("127.0.0.1:" + second.port())));
          load.awaitNoAnswerBy("first", 50);
          load.stop().assertNoneLost();
        }
        assertThat(mesh.lish.get("/sources").toString()).contains("consul:shop");
        mesh.lish.recorder().assertClean();
      }
    }
  }
}
