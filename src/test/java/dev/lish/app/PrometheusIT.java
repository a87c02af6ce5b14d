package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.Prometheus;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes Lish, under the rules and with the expressions of {@code docker/}. */
class PrometheusIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void metricsAreScrapedAndEveryExpressionIsUnderstood() throws IOException {
    assumeTrue(Prometheus.isThere(), Prometheus.MISSING);
    Prometheus.checkRules(Path.of("docker/alerts.yml"));
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    try (LishServer lish = LishServer.start(folder.resolve("lish"), mesh).awaitReady();
        Prometheus prometheus =
            Prometheus.start(
                folder.resolve("prometheus"),
                "127.0.0.1:" + lish.lish().ports().admin(),
                Path.of("docker/alerts.yml"))) {
      Await.until(
          "Lish is scraped and ready",
          () -> value(prometheus, "lish_ready{job=\"lish\"}").equals("1"));
      assertThat(value(prometheus, "lish_stage_serving_revision{stage=\"release\"}"))
          .isEqualTo(value(prometheus, "lish_head_revision"));

      Await.until("all rules were evaluated", () -> evaluated(prometheus));
      for (String expression : expressions()) {
        JsonNode answer = query(prometheus, expression);
        assertThat(answer.path("status").asText())
            .as(expression + " " + answer)
            .isEqualTo("success");
      }
      assertThat(value(prometheus, "ALERTS{alertname=\"LishNotReady\",alertstate=\"firing\"}"))
          .isEmpty();
    }
  }

  /** An empty panel says nothing: each draws something of a Lish with Envoys and traffic. */
  @Test
  void everyPanelDrawsTraffic() throws IOException {
    assumeTrue(Prometheus.isThere(), Prometheus.MISSING);
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    String raw =
        "access_logs: { raw: { one_in: 1, files: { dir: " + folder.resolve("logs") + " } } }";
    try (LishServer lish = LishServer.start(folder.resolve("lish"), mesh, raw).awaitReady();
        FakeEnvoy envoy = FakeEnvoy.connect(lish.xdsPort(), "edge-1", "edge-a", Map.of());
        LogClient logs = new LogClient(lish.xdsPort(), "edge-1", "edge-a");
        Prometheus prometheus =
            Prometheus.start(
                folder.resolve("prometheus"),
                "127.0.0.1:" + lish.lish().ports().admin(),
                Path.of("docker/alerts.yml"))) {
      envoy.awaitSome(ResourceType.LISTENER);
      for (String expression : expressions()) {
        Await.value(
            expression,
            Await.LONG,
            () -> {
              logs.send("orders", 200);
              logs.send("payments", 503);
              // Another Envoy that is sent all, and accepts it.
              FakeEnvoy.connect(lish.xdsPort(), "edge-2", "edge-a", Map.of())
                  .awaitSome(ResourceType.LISTENER)
                  .close();
              return drawn(query(prometheus, expression)) ? Optional.of(true) : Optional.empty();
            });
      }
      JsonNode stages = query(prometheus, "sum by (stage) (lish_traffic_requests_total)");
      assertThat(stages.path("data").path("result").findValuesAsText("stage"))
          .containsExactly("release");
    }
  }

  /** True when there is a series with a number. */
  private static boolean drawn(JsonNode answer) {
    assertThat(answer.path("status").asText()).as(answer.toString()).isEqualTo("success");
    for (JsonNode series : answer.path("data").path("result")) {
      if (Double.isFinite(Double.parseDouble(series.path("value").path(1).asText()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean evaluated(Prometheus prometheus) throws IOException {
    JsonNode groups =
        JSON.readTree(Http.get(prometheus.url("/api/v1/rules")).body()).path("data").path("groups");
    int rules = 0;
    for (JsonNode group : groups) {
      for (JsonNode rule : group.path("rules")) {
        assertThat(rule.path("health").asText()).as(rule.toString()).isNotEqualTo("err");
        rules += rule.path("health").asText().equals("ok") ? 1 : 0;
      }
    }
    return rules >= 15;
  }

  private static List<String> expressions() throws IOException {
    List<String> all = new ArrayList<>();
    JsonNode dashboard = JSON.readTree(Path.of("docker/grafana-dashboard.json").toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        all.add(target.path("expr").asText().replace("$instance", ".*").replace("$stage", ".*"));
      }
    }
    assertThat(all).hasSizeGreaterThan(20);
    return all;
  }

  private static String value(Prometheus prometheus, String expression) throws IOException {
    return query(prometheus, expression)
        .path("data")
        .path("result")
        .path(0)
        .path("value")
        .path(1)
        .asText();
  }

  private static JsonNode query(Prometheus prometheus, String expression) throws IOException {
    String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return JSON.readTree(Http.get(prometheus.url("/api/v1/query?query=" + query)).body());
  }
}
