package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.LishProcess;
import dev.lish.testing.Load;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lish is killed while an Envoy works and logs. */
class KillEnvoyIT {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  @Test
  void trafficGoesOnAndLogsResume() {
    try (Upstream payments = Upstream.start("payments-1");
        Upstream orders = Upstream.start("orders-1")) {
      Path mesh =
          SampleMesh.copy(folder.resolve("mesh"), payments.port(), payments.port(), orders.port());
      try (LishProcess lish = LishProcess.start(folder.resolve("lish"), mesh).awaitReady();
          EnvoyProcess envoy = EnvoyProcess.start(Envoys.newest(), bootstrap(lish)).awaitReady();
          Load load = Load.start(envoy.listenerPort("edge"), "/payments", 100, 2)) {
        Await.until("logs arrive", () -> entries(lish) > 50);
        lish.kill();
        load.awaitMore(100);
        lish.startAgain();
        lish.awaitReady();
        load.awaitMore(100);

        Await.until("logs arrive again", () -> entries(lish) > 50);
        load.stop().assertNoneLost();
      }
    }
  }

  /** The expression of docs/access-logs.md: what Envoys wrote, less what came. */
  @Test
  void whatGotLostIsTheDifferenceOfWhatTheEnvoyWroteAndWhatCame() {
    try (Upstream payments = Upstream.start("payments-1");
        Upstream orders = Upstream.start("orders-1")) {
      Path mesh =
          SampleMesh.copy(folder.resolve("mesh"), payments.port(), payments.port(), orders.port());
      try (LishProcess lish = LishProcess.start(folder.resolve("lish"), mesh).awaitReady();
          EnvoyProcess envoy = EnvoyProcess.start(Envoys.newest(), bootstrap(lish)).awaitReady()) {
        long first = requests(envoy, 100);
        Await.until("all have come", () -> entries(lish) == first);
        assertThat(written(envoy)).isEqualTo(first);

        lish.kill();
        long second = requests(envoy, 300);
        lish.startAgain();
        lish.awaitReady();
        long third = requests(envoy, 100);
        Await.until("the stream is there again", () -> entries(lish) >= third);

        assertThat(written(envoy)).as("written").isEqualTo(first + second + third);
        long came = first + entries(lish);
        assertThat(written(envoy) - came).as("lost").isPositive().isLessThanOrEqualTo(second);
      }
    }
  }

  private static long requests(EnvoyProcess envoy, int count) {
    try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 200, 2)) {
      load.awaitMore(count);
      return load.stop().requests();
    }
  }

  /** Entries that the Envoy gave to a message; one that was lost with its stream is in it. */
  private static long written(EnvoyProcess envoy) {
    return envoy.stat("access_logs.grpc_access_log.logs_written").orElse(0)
        + envoy.stat("access_logs.grpc_access_log.logs_dropped").orElse(0);
  }

  private static String bootstrap(LishProcess lish) {
    return Http.get(
            lish.url(
                "/api/v1/bootstrap?node_id=edge-1&node_cluster=edge-a&locality.zone=tokyo-1&server="
                    + "127.0.0.1:"
                    + lish.xdsPort()))
        .body();
  }

  private static long entries(LishProcess lish) {
    try {
      return JSON.readTree(Http.get(lish.url("/api/v1/status")).body())
          .path("accessLogs")
          .path("entries")
          .asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
