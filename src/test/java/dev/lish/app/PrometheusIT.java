package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
