package dev.lish.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TrafficIT {
  @RegisterExtension static final ServedAdmin ADMIN = new ServedAdmin();

  private static JsonNode json(String path) {
    return Json.tree(ADMIN.get(path).contentUtf8());
  }

  @Test
  void clustersHaveTheirFiguresAndCallers() {
    JsonNode traffic = json("/api/v1/traffic?window=5m");

    assertThat(traffic.path("window").asText()).isEqualTo("5m");
    JsonNode payments = traffic.path("clusters").get(0);
    assertThat(payments.path("cluster").asText()).isEqualTo("payments");
    assertThat(payments.path("rate").asDouble()).isEqualTo(20);
    assertThat(payments.path("errorShare").asDouble()).isEqualTo(0.025);
    assertThat(payments.path("p99").asDouble()).isEqualTo(900.25);
    assertThat(payments.path("flags")).hasToString("{\"UH\":20,\"UT\":10}");
    assertThat(payments.path("callers").get(0).path("cluster").asText()).isEqualTo("edge-web");
    assertThat(payments.path("callers").get(1).path("errorShare").asDouble()).isEqualTo(0.15);
    assertThat(traffic.path("versions").get(0).path("revision").asInt()).isEqualTo(7);
    assertThat(traffic.path("versions").get(1).path("revision").isNull()).isTrue();
  }

  @Test
  void edgesAreDrawn() {
    assertThat(json("/api/v1/traffic/edges").path("edges")).hasSize(2);
    assertThat(ADMIN.get("/api/v1/traffic/edges?format=dot").contentUtf8())
        .startsWith("digraph mesh {")
        .contains(
            "  \"edge-web\" -> \"payments\" [label=\"16.7/s\"];\n",
            "  \"in\\\"ner\uFFFD\" -> \"payments\" [label=\"3.3/s, 15.00% errors\", color=red];\n");
    assertThat(ADMIN.get("/api/v1/traffic/edges?format=mermaid").contentUtf8())
        .startsWith("flowchart LR\n")
        .contains(
            "  n0[\"edge-web\"]\n",
            "[\"in#34;ner#65533;\"]\n",
            "  n0 -->|\"16.7/s\"| n1\n",
            "-->|\"3.3/s, 15.00% errors\"| n1\n");
  }

  @Test
  void unknownWindowsAndFormatsAreTold() {
    assertThat(ADMIN.get("/api/v1/traffic?window=2m").contentUtf8())
        .contains("window: 2m (expected: 1m, 5m, 1h)");
    assertThat(ADMIN.get("/api/v1/traffic/edges?format=svg").contentUtf8())
        .contains("format: svg (expected: json, dot or mermaid)");
  }
}
