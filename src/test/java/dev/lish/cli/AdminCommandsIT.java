package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminCommandsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NODE =
      """
      {"id": "edge-1", "cluster": "edge-web",
       "locality": {"region": "jp", "zone": "tokyo-1", "sub_zone": ""},
       "stage": "beta", "group": "edge", "by": {"locality.zone": "tokyo-1"}, "revision": 42,
       "replica": "lish-1", "protocol": "delta", "connectedSince": "2026-03-01T11:57:00Z",
       "state": "nacked",
       "types": {"cluster": {"sent": "aa", "acked": "bb", "nacked": "aa", "message": "bad cluster",
                             "at": "2026-03-01T11:59:00Z", "file": "edge/clusters/a.yaml"}}}
      """;

  @TempDir private Path folder;
  private AdminApiStub server = new AdminApiStub();
  private CommandLineRun lish = new CommandLineRun(Path.of(""));

  AdminCommandsIT() throws IOException {}

  @BeforeEach
  void pointTheCommandsAtTheServer() {
    lish =
        new CommandLineRun(folder)
            .with("LISH_SERVER", server.url())
            .with("LISH_TOKEN", "t0ken")
            .with("USER", "mina");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void nodesAreATableOrTheServersJson() throws IOException {
    server.answer("GET /api/v1/nodes", 200, "{\"nodes\": [" + NODE + "]}");
    Result table = lish.run("nodes");
    assertThat(table.exitCode()).isZero();
    assertThat(table.out().lines())
        .containsExactly(
            "ID      CLUSTER   STAGE  GROUP         REVISION  STATE   SINCE",
            "edge-1  edge-web  beta   edge tokyo-1  42        nacked  3m ago");
    Result json = lish.run("nodes", "-o", "json");
    assertThat(tree(json.out())).isEqualTo(tree("{\"nodes\": [" + NODE + "]}"));
  }

  @Test
  void aTableFitsTheTerminal() {
    String longer = NODE.replace("edge-1", "edge-" + "x".repeat(90));
    server.answer("GET /api/v1/nodes", 200, "{\"nodes\": [" + longer + "]}");
    Result table = lish.onATerminal(80).run("nodes");
    assertThat(table.out().replaceAll("\033\\[\\d+m", "").lines())
        .allMatch(line -> line.length() <= 80);
    assertThat(table.out()).contains("\033[31m", "…");
  }

  @Test
  void anEnvoysNameDoesNotSteerTheTerminal() {
    String evil = NODE.replace("edge-1", "edge\\u001b[2J\\u0007");
    server.answer("GET /api/v1/nodes", 200, "{\"nodes\": [" + evil + "]}");
    assertThat(lish.run("nodes").out()).contains("edge\uFFFD[2J\uFFFD").doesNotContain("\033");
  }

  @Test
  void oneNodeShowsWhatItHasAndWhatItShouldHave() throws IOException {
    server.answer("GET /api/v1/nodes/edge-1", 200, NODE);
    server.answer("GET /api/v1/nodes/a%2Fb%20c/config", 200, "{\"resources\": {}}");
    assertThat(lish.run("nodes", "edge-1").out())
        .contains("jp / tokyo-1 / -", "beta / edge tokyo-1, revision 42", "3m ago to lish-1, delta")
        .containsPattern("cluster +aa +bb +aa +1m ago")
        .contains("cluster was rejected (edge/clusters/a.yaml):\n  bad cluster");
    assertThat(tree(lish.run("nodes", "a/b c", "--config").out()))
        .isEqualTo(tree("{\"resources\": {}}"));
    Result unknown = lish.run("nodes", "edge-9");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("no GET /api/v1/nodes/edge-9");
  }

  @Test
  void problemsAreToldOnceWithTheirStages() {
    String problem =
        "{\"stage\": \"%s\", \"revision\": 7, \"severity\": \"%s\", \"path\": \"a.yaml\","
            + " \"line\": 3, \"message\": \"x\"}";
    server.answer(
        "GET /api/v1/problems",
        200,
        "{\"problems\": ["
            + String.join(
                ",",
                problem.formatted("release", "error"),
                problem.formatted("beta", "error"),
                problem.formatted("beta", "warning"))
            + "]}");
    assertThat(lish.run("problems").out().lines())
        .containsExactly("a.yaml:3: x [beta 7, release 7]", "a.yaml:3: warning: x [beta 7]");
    server.answer("GET /api/v1/problems", 200, "{\"problems\": []}");
    assertThat(lish.run("problems").err()).isEqualTo("no problems\n");
  }

  @Test
  void sourcesAndStatusAreTables() {
    String source =
        "{\"name\": \"mesh\", \"state\": \"stale\", \"since\": \"2026-03-01T10:00:00Z\","
            + " \"detail\": \"no answer\"}";
    server.answer("GET /api/v1/sources", 200, "{\"sources\": [" + source + "]}");
    assertThat(lish.run("sources").out()).containsPattern("mesh +stale +silent for 2h +no answer");
    server.answer(
        "GET /api/v1/status",
        200,
        """
        {"version": "1", "replica": "lish-1", "uptimeSeconds": 7200, "ready": false,
         "notReady": ["mesh has not answered"], "head": 42,
         "membership": {"revision": 41, "pending": 42, "moves": ["edge-1: beta -> release"]},
         "nodes": {"synced": 3, "nacked": 0}, "sources": [%s]}
        """
            .formatted(source));
    server.answer(
        "GET /api/v1/delivery",
        200,
        """
        {"stages": [
          {"name": "beta", "follow": "head", "revision": null, "paused": false, "local": false,
           "by": "", "reason": "", "at": null, "target": 42, "serving": 42,
           "problems": {"errors": 0, "warnings": 1}, "waitingFor": []},
          {"name": "release", "follow": "revision", "revision": 40, "paused": true, "local": true,
           "by": "mina", "reason": "incident", "at": "2026-03-01T11:00:00Z", "target": 40,
           "serving": 39, "problems": {"errors": 2, "warnings": 0}, "waitingFor": []}]}
        """);
    assertThat(lish.run("status").out())
        .contains("Lish 1 on lish-1, up for 2h, not ready", "  mesh has not answered")
        .containsPattern("beta +42 +42 +head +up to date +1 warning")
        .containsPattern("release +39 +40 +40 +paused, local +2 errors")
        .contains("release is paused and pinned to 40: incident (mina, 1h ago)")
        .contains("revision 42 waits, since it would move Envoys:", "edge-1: beta -> release")
        .contains("lish promote membership 42", "3 synced", "mesh is stale");
  }

  @Test
  void ordersSayWhoAndWhyAndCarryTheToken() throws IOException {
    for (String verb : new String[] {"pause", "resume", "promote", "membership", "rollback"}) {
      server.answer("POST /api/v1/delivery/" + verb, 200, "{\"revision\": 7, \"changed\": true}");
    }
    assertThat(lish.run("pause", "--reason", "incident").out())
        .isEqualTo("pause all stages: done (order 7)\n");
    assertOrder("pause", "{\"reason\": \"incident\", \"local\": false}");
    lish.run("pause", "release", "-r", "incident", "--local");
    assertOrder("pause", "{\"stage\": \"release\", \"reason\": \"incident\", \"local\": true}");
    assertThat(lish.run("resume", "release").exitCode()).isZero();
    assertOrder("resume", "{\"stage\": \"release\", \"local\": false}");
    lish.run("promote", "release", "42", "-r", "ok");
    assertOrder(
        "promote",
        "{\"stage\": \"release\", \"revision\": 42, \"reason\": \"ok\", \"local\": false}");
    lish.run("promote", "release", "head", "-r", "ok");
    assertOrder(
        "promote",
        "{\"stage\": \"release\", \"revision\": \"head\", \"reason\": \"ok\", \"local\": false}");
    lish.run("promote", "membership", "42", "-r", "ok");
    assertOrder("membership", "{\"revision\": 42, \"reason\": \"ok\", \"local\": false}");
    lish.run("rollback", "release", "-r", "bad");
    assertOrder("rollback", "{\"stage\": \"release\", \"reason\": \"bad\", \"local\": false}");
  }

  @Test
  void drainAndUndrainSayWhatAndWhy() throws IOException {
    server.answer("POST /api/v1/drain", 200, "{\"revision\": 7, \"changed\": true}");
    server.answer("POST /api/v1/undrain", 200, "{\"revision\": 8, \"changed\": true}");
    assertThat(lish.run("drain", "10.0.0.7", "-r", "disk", "--force").out())
        .isEqualTo("drain 10.0.0.7: done (order 7)\n");
    assertThat(lish.run("undrain", "10.0.0.7", "--local").out())
        .startsWith("undrain 10.0.0.7: done on this replica");
    assertThat(lish.run("drain", "10.0.0.7").exitCode()).isEqualTo(2);
    server.answer("POST /api/v1/drain", 409, "{\"error\": \"too little would be left\"}");
    assertThat(lish.run("drain", "10.0.0.7", "-r", "disk").exitCode()).isEqualTo(1);
  }

  private void assertOrder(String verb, String body) throws IOException {
    AdminApiStub.Request last =
        server.requests.stream()
            .filter(request -> request.line().startsWith("POST "))
            .reduce((before, after) -> after)
            .orElseThrow();
    assertThat(last.line()).isEqualTo("POST /api/v1/delivery/" + verb);
    assertThat(tree(last.body())).isEqualTo(tree(body));
    assertThat(last.token()).isEqualTo("Bearer t0ken");
    assertThat(last.user()).isEqualTo("mina");
  }

  @Test
  void resumeSaysWhichStagesStayPinned() {
    server.answer("POST /api/v1/delivery/resume", 200, "{\"revision\": 7, \"changed\": true}");
    server.answer(
        "GET /api/v1/delivery",
        200,
        """
        {"stages": [{"name": "beta", "follow": "head", "revision": null},
                    {"name": "release", "follow": "revision", "revision": 40}]}
        """);
    assertThat(lish.run("resume").err())
        .contains("release stays pinned to revision 40", "lish promote release head --reason")
        .doesNotContain("beta");
  }

  @Test
  void anOrderWithoutAReasonOrWithAWrongRevisionIsNotSent() {
    assertThat(lish.run("pause", "release").exitCode()).isEqualTo(2);
    assertThat(lish.run("rollback", "release", "-r", " ").exitCode()).isEqualTo(2);
    assertThat(lish.run("promote", "release", "x", "-r", "ok").exitCode()).isEqualTo(2);
    assertThat(lish.run("promote", "membership", "head", "-r", "ok").exitCode()).isEqualTo(2);
    assertThat(server.requests).isEmpty();
  }

  @Test
  void theServersNoHasItsExitCode() {
    String pause = "POST /api/v1/delivery/pause";
    assertFailure(server.answer(pause, 409, "{\"error\": \"others were first\"}"), 1);
    assertFailure(server.answer(pause, 400, "{\"error\": \"wrong\"}"), 2);
    assertFailure(server.answer(pause, 401, "{\"error\": \"no\"}"), 3);
    assertFailure(server.answer(pause, 503, "{\"error\": \"unreachable\"}"), 3);
    assertFailure(server.answer(pause, 200, "<html>"), 3);
  }

  private void assertFailure(AdminApiStub answering, int exitCode) {
    assertThat(answering.requests).isNotNull();
    Result result = lish.run("pause", "-r", "x");
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("lish: ");
  }

  @Test
  void noConnectionIsABrokenWorld() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Result result = lish.run("status", "--server", "http://127.0.0.1:" + port);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("no connection to http://127.0.0.1:" + port);
    assertThat(lish.run("status", "--server", "ftp://a").exitCode()).isEqualTo(2);
  }

  @Test
  void theTokenComesFromTheFileNamedTheVariableOrTheDataFolder() throws IOException {
    server.answer("GET /api/v1/sources", 200, "{\"sources\": []}");
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(folder.resolve("data/admin.token"), "from-data\n");
    Files.writeString(folder.resolve("other.token"), "from-file\n");
    lish.run("sources", "--token-file", "other.token");
    lish.run("sources");
    lish.with("LISH_TOKEN", "").run("sources");
    assertThat(server.requests)
        .extracting(AdminApiStub.Request::token)
        .containsExactly("Bearer from-file", "Bearer t0ken", "Bearer from-data");
    assertThat(lish.run("sources", "--token-file", "none").exitCode()).isEqualTo(3);
  }

  private static JsonNode tree(String json) throws IOException {
    return JSON.readTree(json);
  }
}
