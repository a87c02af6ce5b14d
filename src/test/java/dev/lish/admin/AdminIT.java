package dev.lish.admin;

import static dev.lish.admin.ServedAdmin.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import dev.lish.render.Bootstrap;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminIT {
  @RegisterExtension static final ServedAdmin ADMIN = new ServedAdmin();

  @Test
  void aliveAndReady() {
    BlockingWebClient client = ADMIN.client(true);

    assertThat(client.get("/healthz").status().code()).isEqualTo(200);
    assertThat(client.get("/readyz").contentUtf8()).isEqualTo("ready\n");
  }

  @Test
  void readyzSaysWhyNot() {
    ADMIN.notReady.add("mesh: no answer yet");
    ADMIN.notReady.add("registry consul: refused");
    BlockingWebClient client = ADMIN.client(true);

    AggregatedHttpResponse text = client.get("/readyz");
    assertThat(text.status().code()).isEqualTo(503);
    assertThat(text.contentUtf8()).isEqualTo("mesh: no answer yet\nregistry consul: refused\n");
    AggregatedHttpResponse asJson =
        client.execute(RequestHeaders.of(HttpMethod.GET, "/readyz", "accept", "application/json"));
    assertThat(asJson.status().code()).isEqualTo(503);
    assertThat(asJson.contentUtf8())
        .isEqualTo(
            "{\"ready\":false,\"reasons\":[\"mesh: no answer yet\",\"registry consul: refused\"]}");
  }

  @Test
  void metricsAreServedAsGiven() {
    AggregatedHttpResponse response = ADMIN.get("/metrics");

    assertThat(response.contentUtf8()).isEqualTo("lish_ready 1\n");
    assertThat(response.contentType()).hasToString("text/plain; version=0.0.4");
  }

  @Test
  void metricsAreCompressedForWhoAsks() throws IOException {
    AggregatedHttpResponse response =
        ADMIN
            .client(true)
            .execute(RequestHeaders.of(HttpMethod.GET, "/metrics", "accept-encoding", "gzip"));

    assertThat(response.headers().get("content-encoding")).isEqualTo("gzip");
    try (var text = new GZIPInputStream(response.content().toInputStream())) {
      assertThat(text.readAllBytes()).isEqualTo("lish_ready 1\n".getBytes(UTF_8));
    }
    assertThat(ADMIN.get("/metrics").headers().get("content-encoding")).isNull();
  }

  @Test
  void nodesHaveTheFieldsOfTheContract() {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/nodes");

    JsonNode first = json(response).get("nodes").get(0);
    assertThat(first.toString())
        .isEqualTo(
            "{\"id\":\"edge/1\",\"cluster\":\"edge\","
                + "\"locality\":{\"region\":\"jp\",\"zone\":\"tokyo-1\",\"sub_zone\":\"\"},"
                + "\"stage\":\"release\",\"group\":\"edge\",\"by\":{\"locality.zone\":\"tokyo-1\"},"
                + "\"revision\":6,\"replica\":\"replica-1\",\"protocol\":\"delta\","
                + "\"connectedSince\":\"2026-01-02T02:54:05Z\",\"state\":\"nacked\","
                + "\"types\":{\"cluster\":{\"sent\":\"b\",\"acked\":\"a\",\"nacked\":\"b\","
                + "\"message\":\"bad lb_policy\",\"at\":\"2026-01-02T03:04:05Z\","
                + "\"file\":\"c/payments.yaml\"}}}");
  }

  @Test
  void separateStreamsOfOneEnvoyAreOneNode() {
    JsonNode nodes = json(ADMIN.get("/api/v1/nodes")).get("nodes");

    assertThat(nodes)
        .extracting(n -> n.get("id").asText() + " " + n.get("state").asText())
        .containsExactly("edge/1 nacked", "lost-1 unmatched", "old-1 behind");
    assertThat(nodes.get(2).get("types").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("cluster", "listener");
  }

  @ParameterizedTest
  @ValueSource(strings = {"edge/1", "edge%2F1"})
  void oneNodeByItsId(String id) {
    assertThat(json(ADMIN.get("/api/v1/nodes/" + id)).get("id").asText()).isEqualTo("edge/1");
  }

  @Test
  void nodeThatIsNotConnectedIsNotFound() {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/nodes/nobody");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).startsWith("node nobody is not connected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nodes/edge/1/config", "/snapshots/release/edge?locality.zone=tokyo-1"})
  void configIsAllThatTheNodeShouldHave(String path) {
    assertThat(ADMIN.get("/api/v1" + path).contentUtf8())
        .matches(
            "\\{\"stage\":\"release\",\"group\":\"edge\",\"by\":\\{\"locality.zone\":\"tokyo-1\"},"
                + "\"revision\":6,\"version\":\"[0-9a-f]{32}-1\",\"resources\":\\{"
                + "\"type.googleapis.com/envoy.config.cluster.v3.Cluster\":"
                + "\\[\\{\"name\":\"payments\"}]},\"unanswered\":\\[\"consul:users\"]}");
  }

  @Test
  void configOfANodeThatMatchesNothingIsNotFound() {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/nodes/lost-1/config");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).contains("matches no stage and group");
  }

  @Test
  void unknownSnapshotNamesTheKnownOnes() {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/snapshots/release/edge");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText())
        .isEqualTo("snapshot release/edge (expected: one of [release/edge?locality.zone=tokyo-1])");
  }

  @Test
  void statusSumsUp() {
    JsonNode status = json(ADMIN.get("/api/v1/status"));

    assertThat(status.get("nodes"))
        .hasToString("{\"behind\":1,\"nacked\":1,\"synced\":0,\"unmatched\":1}");
    assertThat(status.get("problems")).hasToString("{\"errors\":1,\"warnings\":1}");
    assertThat(status.get("accessLogs"))
        .hasToString("{\"openStreams\":1,\"messages\":3,\"entries\":40}");
  }

  @Test
  void unknownEndpointIsJson() {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/node");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).startsWith("GET /api/v1/node (expected");
  }

  @Test
  void bootstrapIsPrintedForTheQuery() {
    AggregatedHttpResponse response =
        ADMIN.get(
            "/api/v1/bootstrap?node_id=a&node_cluster=b&metadata.stage=beta"
                + "&locality.zone=z&server=h:1&server=i:2&sotw");

    assertThat(response.contentType()).hasToString("application/yaml; charset=utf-8");
    assertThat(response.contentUtf8())
        .isEqualTo(
            Bootstrap.parse(
                    Map.of(
                        "node-id", List.of("a"),
                        "node-cluster", List.of("b"),
                        "metadata", List.of("stage=beta"),
                        "locality", List.of("zone=z"),
                        "server", List.of("h:1", "i:2"),
                        "sotw", List.of("true")))
                .yaml());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bootstrap?node=a|parameter node (expected: [",
        "bootstrap?node_id=a&node_id=b|parameter node_id: given twice (expected: once)",
        "bootstrap?metadata.=b|parameter metadata. (expected: [",
        "bootstrap?locality.rack=b|locality: rack (expected: region=, zone= or sub_zone=)",
        "bootstrap?sotw=maybe|sotw: maybe (expected: true or false)",
        "guard/what-if|what-if (expected: cluster=NAME&add=NUMBER",
        "guard/what-if?cluster=users&add=1|cluster: users (expected: a cluster whose hosts",
        "guard/what-if?cluster=payments&add=0|add: 0 (expected: 1..9999)",
        "guard/what-if?cluster=payments&remove=10.0.0.1|what-if (expected: cluster=NAME",
        "guard/what-if?remove=10.0.0.1,10.0.9.9|remove: 10.0.9.9 (expected: ADDRESS or ADDR",
        "guard/what-if?remove=10.0.0.1:8|remove: 10.0.0.1:8 (expected: ADDRESS or ADDRESS:PORT"
      })
  void wrongQuerySaysWhatWasExpected(String query, String error) {
    AggregatedHttpResponse response = ADMIN.get("/api/v1/" + query);

    assertThat(json(response).get("error").asText()).startsWith(error);
    assertThat(response.status().code()).isEqualTo(400);
  }

  @Test
  void whatIfTakesAddressesAndPlaces() {
    JsonNode answers =
        json(ADMIN.get("/api/v1/guard/what-if?remove=10.0.0.1,10.0.0.2:80")).get("answers");

    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).get("priorities").get(0).get("hosts").asInt()).isEqualTo(8);
  }

  @Test
  void logLevelChangesAtRunTime() {
    String path = "/api/v1/log-level?logger=dev.lish.test";
    BlockingWebClient client = ADMIN.client(true);

    assertThat(json(client.get(path)).get("level").isNull()).isTrue();
    assertThat(ADMIN.post(path + "&level=trace", "").contentUtf8())
        .isEqualTo("{\"logger\":\"dev.lish.test\",\"level\":\"trace\",\"effective\":\"trace\"}");
    assertThat(json(client.get(path)).get("level").asText()).isEqualTo("trace");
    assertThat(json(ADMIN.post(path + "&level=inherit", "")).get("level").isNull()).isTrue();
    assertThat(ADMIN.post(path + "&level=loud", "").status().code()).isEqualTo(400);
  }

  @Test
  void pageRunsOnlyItsOwnScript() {
    AggregatedHttpResponse response = ADMIN.get("/");

    assertThat(response.contentType()).hasToString("text/html; charset=utf-8");
    assertThat(response.headers().get("content-security-policy"))
        .contains("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-");
    assertThat(response.contentUtf8()).doesNotContain("http://", "https://", "innerHTML");
  }

  @Test
  void accessLogsAreShown() {
    assertThat(ADMIN.get("/api/v1/access-logs").contentUtf8())
        .isEqualTo(
            "{\"openStreams\":1,\"streams\":2,\"broken\":5,\"messages\":3,\"refused\":4,\"dropped\":6,\"partial\":7,\"folded\":8,"
                + "\"counts\":[{\"cluster\":\"payments\",\"response\":\"2xx\",\"entries\":40}],"
                + "\"logs\":[{\"nodeCluster\":\"edge\",\"name\":\"ingress\",\"openStreams\":1,"
                + "\"entries\":40}],\"raw\":{\"dropped\":9,\"followers\":1,\"sinks\":[{\"name\":\"files\","
                + "\"works\":true,\"written\":10,\"dropped\":11,\"failures\":12}]}}");
  }
}
