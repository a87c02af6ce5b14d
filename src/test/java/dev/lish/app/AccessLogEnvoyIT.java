package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests through the sample mesh's listener, as its Envoy reports them and Lish counts them. */
class AccessLogEnvoyIT {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void requestsAreCountedByClusterAndResponse(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      for (int i = 0; i < 5; i++) {
        assertThat(MeshFixture.get(envoy, "edge", "/payments").status()).isEqualTo(200);
      }
      for (int i = 0; i < 3; i++) {
        assertThat(MeshFixture.get(envoy, "edge", "/orders").status()).isEqualTo(200);
      }
      assertThat(MeshFixture.get(envoy, "edge", "/").status()).isEqualTo(200);
      awaitCount(mesh, "payments_v1", "2xx", 5);
      awaitCount(mesh, "orders", "2xx", 3);
      // Envoy itself answers for the home page.
      awaitCount(mesh, "none", "2xx", 1);

      mesh.orders.close();
      assertThat(MeshFixture.get(envoy, "edge", "/orders").status()).isEqualTo(503);
      awaitCount(mesh, "orders", "5xx", 1);
      assertThat(mesh.lish.get("/access-logs").path("refused").asInt()).isZero();
      assertThat(mesh.lish.get("/status").path("accessLogs").path("entries").asInt()).isEqualTo(10);
    }
  }

  @Test
  void logsComeToAPortOfTheirOwnAndCanBeFollowed() throws Exception {
    Path files = folder.resolve("logs");
    try (MeshFixture mesh =
        MeshFixture.start(
            folder,
            false,
            "access_logs:",
            "  port: 0",
            "  raw: { one_in: 1, files: { dir: " + files + " } }")) {
      EnvoyProcess envoy = mesh.edge(Envoys.newest());
      HttpResponse<Stream<String>> followed =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(mesh.lish.url("/api/v1/logs?cluster=orders&status=2xx")))
                      .build(),
                  HttpResponse.BodyHandlers.ofLines());
      assertThat(MeshFixture.get(envoy, "edge", "/payments").status()).isEqualTo(200);
      assertThat(MeshFixture.get(envoy, "edge", "/orders?secret").status()).isEqualTo(200);
      awaitCount(mesh, "orders", "2xx", 1);
      try (Stream<String> lines = followed.body()) {
        assertThat(lines.findFirst().orElseThrow())
            .contains("\"cluster\":\"orders\"", "\"stage\":\"release\"", "\"path\":\"/orders\"");
      }
      Await.until(
          "both are in the file",
          () ->
              mesh.lish.get("/access-logs").path("raw").path("sinks").get(0).path("written").asInt()
                  == 2);
      assertThat(files).isNotEmptyDirectory();
      int port = mesh.lish.lish().ports().accessLogs().orElseThrow();
      assertThat(envoy.hosts("lish_access_log")).containsExactly("127.0.0.1:" + port);
      assertThat(envoy.hosts("lish")).containsExactly("127.0.0.1:" + mesh.lish.xdsPort());
    }
  }

  private static void awaitCount(MeshFixture mesh, String cluster, String response, int expected) {
    String line =
        "lish_accesslog_entries_total{cluster=\"%s\",response=\"%s\"} %d.0"
            .formatted(cluster, response, expected);
    Await.until(
        line, () -> Http.get(mesh.lish.url("/metrics")).body().lines().anyMatch(line::equals));
  }
}
