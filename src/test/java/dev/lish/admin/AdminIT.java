package dev.lish.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.pipeline.Operations;
import dev.lish.render.Bootstrap;
import dev.lish.source.Commit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminIT {
  private static final List<String> NOT_READY = new CopyOnWriteArrayList<>();
  private static final AtomicReference<Operations> OPERATIONS = new AtomicReference<>();
  private static final Server LOOPBACK = server(true);
  private static final Server OPEN = server(false);

  private Fixture.Recorded operations = answering(new Commit.Done(new Revision(8)));

  @BeforeAll
  static void start() {
    CompletableFuture.allOf(LOOPBACK.start(), OPEN.start()).join();
  }

  @AfterAll
  static void stop() {
    CompletableFuture.allOf(LOOPBACK.stop(), OPEN.stop()).join();
  }

  @BeforeEach
  void reset() {
    NOT_READY.clear();
    OPERATIONS.set(operations);
  }

  private static Fixture.Recorded answering(Commit commit) {
    return new Fixture.Recorded(CompletableFuture.completedFuture(commit));
  }

  private static Server server(boolean loopback) {
    Admin admin =
        new Admin(
            new Reads(() -> Fixture.view(NOT_READY), Fixture::nodes, Fixture::accessLogs),
            new Texts(
                accept -> new Texts.Page("text/plain; version=0.0.4", "lish_ready 1\n"),
                resource -> "{\"name\": \"" + resource.name() + "\"}",
                options -> Bootstrap.parse(options).yaml()),
            Fixture.latest(OPERATIONS::get),
            new Doors(Fixture.TOKEN, loopback, Set.of("lish.internal")),
            new About("0.1.0", "replica-1", Fixture.clock()));
    ServerBuilder builder =
        Server.builder().http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    admin.addTo(builder);
    return builder.build();
  }

  private static BlockingWebClient client(boolean loopback) {
    int port = (loopback ? LOOPBACK : OPEN).activeLocalPort();
    return WebClient.of("http://127.0.0.1:" + port).blocking();
  }

  private static JsonNode json(AggregatedHttpResponse response) {
    return Json.tree(response.contentUtf8());
  }

  private AggregatedHttpResponse post(String path, String body) {
    return client(true)
        .execute(
            RequestHeaders.of(
                HttpMethod.POST,
                path,
                "authorization",
                "Bearer " + Fixture.TOKEN,
                "x-lish-user",
                "yuki"),
            body);
  }

  @Test
  void aliveAndReady() {
    BlockingWebClient client = client(true);

    assertThat(client.get("/healthz").status().code()).isEqualTo(200);
    assertThat(client.get("/readyz").contentUtf8()).isEqualTo("ready\n");
  }

  @Test
  void readyzSaysWhyNot() {
    NOT_READY.add("mesh: no answer yet");
    NOT_READY.add("registry consul: refused");
    BlockingWebClient client = client(true);

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
    AggregatedHttpResponse response = client(true).get("/metrics");

    assertThat(response.contentUtf8()).isEqualTo("lish_ready 1\n");
    assertThat(response.contentType()).hasToString("text/plain; version=0.0.4");
  }

  @Test
  void nodesHaveTheFieldsOfTheContract() {
    AggregatedHttpResponse response = client(true).get("/api/v1/nodes");

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
    JsonNode nodes = json(client(true).get("/api/v1/nodes")).get("nodes");

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
    assertThat(json(client(true).get("/api/v1/nodes/" + id)).get("id").asText())
        .isEqualTo("edge/1");
  }

  @Test
  void nodeThatIsNotConnectedIsNotFound() {
    AggregatedHttpResponse response = client(true).get("/api/v1/nodes/nobody");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).startsWith("node nobody is not connected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nodes/edge/1/config", "/snapshots/release/edge?locality.zone=tokyo-1"})
  void configIsAllThatTheNodeShouldHave(String path) {
    assertThat(client(true).get("/api/v1" + path).contentUtf8())
        .matches(
            "\\{\"stage\":\"release\",\"group\":\"edge\",\"by\":\\{\"locality.zone\":\"tokyo-1\"},"
                + "\"revision\":6,\"version\":\"[0-9a-f]{32}-1\",\"resources\":\\{"
                + "\"type.googleapis.com/envoy.config.cluster.v3.Cluster\":"
                + "\\[\\{\"name\":\"payments\"}]},\"unanswered\":\\[\"consul:users\"]}");
  }

  @Test
  void configOfANodeThatMatchesNothingIsNotFound() {
    AggregatedHttpResponse response = client(true).get("/api/v1/nodes/lost-1/config");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).contains("matches no stage and group");
  }

  @Test
  void unknownSnapshotNamesTheKnownOnes() {
    AggregatedHttpResponse response = client(true).get("/api/v1/snapshots/release/edge");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText())
        .isEqualTo("snapshot release/edge (expected: one of [release/edge?locality.zone=tokyo-1])");
  }

  @Test
  void statusSumsUp() {
    JsonNode status = json(client(true).get("/api/v1/status"));

    assertThat(status.get("nodes"))
        .hasToString("{\"behind\":1,\"nacked\":1,\"synced\":0,\"unmatched\":1}");
    assertThat(status.get("problems")).hasToString("{\"errors\":1,\"warnings\":1}");
    assertThat(status.get("accessLogs"))
        .hasToString("{\"openStreams\":1,\"messages\":3,\"entries\":40}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delivery/pause|{\"reason\":\"r\"}|[pause, Optional.empty, Order[by=yuki, reason=r, local=false]]",
        "delivery/pause|{\"stage\":\"beta\",\"reason\":\"r\",\"local\":true}|[pause, Optional[beta], Order[by=yuki, reason=r, local=true]]",
        "delivery/resume|{\"stage\":\"beta\"}|[resume, Optional[beta], Order[by=yuki, reason=, local=false]]",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":7,\"reason\":\"r\"}|[promote, beta, Optional[7], Order[by=yuki, reason=r, local=false]]",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":\"head\",\"reason\":\"r\"}|[promote, beta, Optional.empty, Order[by=yuki, reason=r, local=false]]",
        "delivery/membership|{\"revision\":7,\"reason\":\"r\"}|[membership, 7, Order[by=yuki, reason=r, local=false]]",
        "delivery/rollback|{\"stage\":\"beta\",\"reason\":\"r\"}|[rollback, beta, Order[by=yuki, reason=r, local=false]]",
        "push|{\"base\":7,\"message\":\"m\",\"files\":{\"mesh.yaml\":\"YTogMQ==\"}}|[push, Optional[7], {mesh.yaml=a: 1}, m, yuki]",
        "push|{\"message\":\"m\",\"files\":{\"a/b.yaml\":\"\"}}|[push, Optional.empty, {a/b.yaml=}, m, yuki]",
      })
  void commandsArePassedOn(String path, String body, String call) {
    AggregatedHttpResponse response = post("/api/v1/" + path, body);

    assertThat(response.contentUtf8()).isEqualTo("{\"revision\":8,\"changed\":true}");
    assertThat(operations.calls).containsExactly(call);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delivery/pause|''|body: nothing (expected: a JSON object)",
        "delivery/pause|null|body: null (expected: a JSON object)",
        "delivery/pause|{}|reason: missing (expected: some text)",
        "delivery/pause|{\"stgae\":\"beta\",\"reason\":\"r\"}|stgae: no such key (expected: local, reason, stage)",
        "delivery/pause|{\"stage\":\"\",\"reason\":\"r\"}|stage: \"\" (expected: some text)",
        "delivery/rollback|{\"reason\":\"r\"}|stage: missing (expected: some text)",
        "delivery/promote|{\"stage\":\"beta\",\"reason\":\"r\"}|revision: null (expected: a number, 1 or more, or \"head\")",
        "delivery/promote|{\"stage\":\"beta\",\"revision\":\"7\",\"reason\":\"r\"}|revision: \"7\" (expected: a number, 1 or more, or \"head\")",
        "delivery/membership|{\"revision\":0,\"reason\":\"r\"}|revision: 0 (expected: a number, 1 or more)",
        "push|{\"message\":\"m\",\"files\":{}}|files: none (expected: {\"path\": \"base64\", …}, the whole mesh)",
        "push|{\"message\":\"m\",\"files\":{\"a\":\"%\"}}|files: a: not base64 (expected: base64, RFC 4648)",
        "push|{\"message\":\"m\",\"files\":{\"../a\":\"\"}}|files: \"../a\" (expected: a path inside the mesh, without leading slash)",
        "push|{\"message\":\"m\",\"base\":0,\"files\":{\"a\":\"\"}}|base: 0 (expected: a revision, 1 or more)",
      })
  void wrongCommandSaysWhatWasExpected(String path, String body, String error) {
    AggregatedHttpResponse response = post("/api/v1/" + path, body);

    assertThat(json(response).get("error").asText()).isEqualTo(error);
    assertThat(response.status().code()).isEqualTo(400);
    assertThat(operations.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"reason\":1}",
        "{\"reason\":\"r\",\"local\":\"true\"}",
        "{\"reason\":\"r\",\"local\":1}",
        "{\"reason\":\"r\",\"reason\":\"s\"}",
        "{\"reason\":\"r\"} x",
        "{\"reason\":",
        "[]"
      })
  void bodyIsReadStrictly(String body) {
    AggregatedHttpResponse response = post("/api/v1/delivery/pause", body);

    assertThat(response.status().code()).isEqualTo(400);
    assertThat(json(response).get("error").asText()).isNotBlank();
    assertThat(operations.calls).isEmpty();
  }

  private void assertOutcome(Commit commit, int status, String body) {
    operations = answering(commit);
    OPERATIONS.set(operations);

    AggregatedHttpResponse response = post("/api/v1/delivery/resume", "{}");

    assertThat(response.contentUtf8()).isEqualTo(body);
    assertThat(response.status().code()).isEqualTo(status);
  }

  @Test
  void outcomesHaveTheirStatus() {
    assertOutcome(new Commit.Unchanged(new Revision(3)), 200, "{\"revision\":3,\"changed\":false}");
    assertOutcome(
        new Commit.Refused("others were first"), 409, "{\"error\":\"others were first\"}");
    assertOutcome(new Commit.Unreachable("timeout"), 503, "{\"error\":\"timeout\"}");
    assertOutcome(
        new Commit.Rejected(List.of(Problem.error("a.yaml", 3, "bad"))),
        422,
        "{\"problems\":[{\"severity\":\"error\",\"path\":\"a.yaml\",\"line\":3,"
            + "\"message\":\"bad\"}]}");
  }

  @Test
  void bugIsAnsweredWithoutItsDetails() {
    operations =
        new Fixture.Recorded(CompletableFuture.failedFuture(new IllegalStateException("inside")));
    OPERATIONS.set(operations);

    AggregatedHttpResponse response = post("/api/v1/delivery/resume", "{}");

    assertThat(response.status().code()).isEqualTo(500);
    assertThat(response.contentUtf8()).doesNotContain("inside");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer wrong", "Bearer s3cre", "Basic s3cret", "s3cret"})
  void changeNeedsTheToken(String authorization) {
    for (String path : List.of("delivery/pause", "push", "log-level?level=debug")) {
      RequestHeadersBuilder headers = RequestHeaders.builder(HttpMethod.POST, "/api/v1/" + path);
      if (!authorization.isEmpty()) {
        headers.add("authorization", authorization);
      }
      AggregatedHttpResponse response = client(true).execute(headers.build(), "{\"reason\":\"r\"}");

      assertThat(response.status().code()).isEqualTo(401);
      assertThat(json(response).get("error").asText()).contains("Authorization: Bearer TOKEN");
    }
    assertThat(operations.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/status",
        "/api/v1/nodes",
        "/api/v1/nodes/edge/1",
        "/api/v1/snapshots/release/edge",
        "/api/v1/bootstrap",
        "/api/v1/log-level",
        "/metrics"
      })
  void offLoopbackReadingNeedsTheToken(String path) {
    BlockingWebClient client = client(false);

    assertThat(client.get(path).status().code()).isEqualTo(401);
    assertThat(
            client
                .execute(
                    RequestHeaders.of(
                        HttpMethod.GET, path, "authorization", "bearer " + Fixture.TOKEN))
                .status()
                .code())
        .isNotEqualTo(401);
  }

  @Test
  void offLoopbackAStrangerLearnsOnlyWhetherItIsReady() {
    NOT_READY.add("registry consul: refused");
    BlockingWebClient client = client(false);

    assertThat(client.get("/healthz").status().code()).isEqualTo(200);
    assertThat(client.get("/readyz").status().code()).isEqualTo(503);
    assertThat(client.get("/readyz").contentUtf8()).isEqualTo("not ready\n");
    assertThat(client.get("/").status().code()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example:8080, 403",
    "127.0.0.1.evil.example, 403",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "[::1]:8080, 200",
    "lish.internal:8080, 200"
  })
  void hostHeaderMustBeOursOnLoopback(String host, int status) {
    BlockingWebClient client = client(true);

    for (String path : List.of("/api/v1/status", "/", "/healthz", "/metrics")) {
      assertThat(
              client.execute(RequestHeaders.of(HttpMethod.GET, path, "host", host)).status().code())
          .as(path)
          .isEqualTo(status);
    }
  }

  @Test
  void unknownEndpointIsJson() {
    AggregatedHttpResponse response = client(true).get("/api/v1/node");

    assertThat(response.status().code()).isEqualTo(404);
    assertThat(json(response).get("error").asText()).startsWith("GET /api/v1/node (expected");
  }

  @Test
  void bootstrapIsPrintedForTheQuery() {
    AggregatedHttpResponse response =
        client(true)
            .get(
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
        "node=a|parameter node (expected: [",
        "node_id=a&node_id=b|parameter node_id: given twice (expected: once)",
        "metadata.=b|parameter metadata. (expected: [",
        "locality.rack=b|locality: rack (expected: region=, zone= or sub_zone=)",
        "sotw=maybe|sotw: maybe (expected: true or false)"
      })
  void wrongQuerySaysWhatWasExpected(String query, String error) {
    AggregatedHttpResponse response = client(true).get("/api/v1/bootstrap?" + query);

    assertThat(json(response).get("error").asText()).startsWith(error);
    assertThat(response.status().code()).isEqualTo(400);
  }

  @Test
  void logLevelChangesAtRunTime() {
    String path = "/api/v1/log-level?logger=dev.lish.test";
    BlockingWebClient client = client(true);

    assertThat(json(client.get(path)).get("level").isNull()).isTrue();
    assertThat(post(path + "&level=trace", "").contentUtf8())
        .isEqualTo("{\"logger\":\"dev.lish.test\",\"level\":\"trace\",\"effective\":\"trace\"}");
    assertThat(json(client.get(path)).get("level").asText()).isEqualTo("trace");
    assertThat(json(post(path + "&level=inherit", "")).get("level").isNull()).isTrue();
    assertThat(post(path + "&level=loud", "").status().code()).isEqualTo(400);
  }

  @Test
  void pageRunsOnlyItsOwnScript() {
    AggregatedHttpResponse response = client(true).get("/");

    assertThat(response.contentType()).hasToString("text/html; charset=utf-8");
    assertThat(response.headers().get("content-security-policy"))
        .contains("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-");
    assertThat(response.contentUtf8()).doesNotContain("http://", "https://", "innerHTML");
  }

  @Test
  void accessLogsAreShown() {
    assertThat(client(true).get("/api/v1/access-logs").contentUtf8())
        .isEqualTo(
            "{\"openStreams\":1,\"streams\":2,\"messages\":3,\"refused\":0,"
                + "\"counts\":[{\"cluster\":\"payments\",\"response\":\"2xx\",\"entries\":40}],"
                + "\"logs\":[{\"nodeCluster\":\"edge\",\"name\":\"ingress\",\"openStreams\":1,"
                + "\"entries\":40}]}");
  }
}
