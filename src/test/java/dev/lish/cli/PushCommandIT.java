package dev.lish.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish push}, against answers that are written down. */
class PushCommandIT {
  private static final String MESH =
      "stages: [ { name: s } ]\ngroups: [ { name: g, resources: [ \"edge/**\" ] } ]\n";

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private AdminApiStub server = new AdminApiStub();
  private CommandLineRun lish = new CommandLineRun(Path.of(""));

  PushCommandIT() throws IOException {}

  @BeforeEach
  void pointTheCommandAtAServerThatServesTheNewRevision() {
    lish = new CommandLineRun(folder).with("LISH_SERVER", server.url());
    stages(
        "{\"name\": \"s\", \"follow\": \"head\", \"paused\": false, \"target\": 43, \"serving\": 43}");
    server.answer("GET /api/v1/problems", 200, "{\"problems\": []}");
    server.answer("GET /api/v1/guard", 200, "{\"holds\": []}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void stages(String json) {
    server.answer("GET /api/v1/delivery", 200, "{\"stages\": [" + json + "]}");
  }

  private static JsonNode tree(String json) throws IOException {
    return JSON.readTree(json);
  }

  private String pushed() {
    return server.requests.stream()
        .filter(request -> request.line().equals("POST /api/v1/push"))
        .findFirst()
        .orElseThrow()
        .body();
  }

  private void aGoodFolder() throws IOException {
    Path mesh = Files.createDirectories(folder.resolve("mesh/edge/clusters"));
    Files.writeString(mesh.resolve("a.yaml"), "name: a\n");
    Files.writeString(folder.resolve("mesh/mesh.yaml"), MESH);
    server.answer("POST /api/v1/push", 200, "{\"revision\": 43, \"changed\": true}");
  }

  @Test
  void pushSendsTheWholeFolder() throws IOException {
    Path mesh = Files.createDirectories(folder.resolve("mesh/edge/clusters"));
    Files.writeString(mesh.resolve("a.yaml"), "name: a\n");
    Files.writeString(folder.resolve("mesh/mesh.yaml"), MESH);
    Files.createDirectories(folder.resolve("mesh/.git"));
    Files.writeString(folder.resolve("mesh/.git/HEAD"), "x");
    server.answer("POST /api/v1/push", 200, "{\"revision\": 43, \"changed\": true}");
    assertThat(lish.run("push", "mesh", "-m", "a", "--base", "42").out())
        .isEqualTo("pushed as revision 43\ns serves it\n");
    assertThat(tree(pushed()))
        .isEqualTo(
            tree(
                "{\"message\": \"a\", \"base\": 42,"
                    + " \"files\": {\"edge/clusters/a.yaml\": \"bmFtZTogYQo=\", \"mesh.yaml\": \""
                    + Base64.getEncoder().encodeToString(MESH.getBytes(UTF_8))
                    + "\"}}"));
    server.answer("POST /api/v1/push", 200, "{\"revision\": 43, \"changed\": false}");
    assertThat(lish.run("push", "mesh", "-m", "a").out()).contains("nothing to change");
  }

  @Test
  void aPushWithProblemsPrintsThem() throws IOException {
    Path mesh = Files.createDirectories(folder.resolve("mesh"));
    Files.writeString(mesh.resolve("mesh.yaml"), "x");
    server.answer(
        "POST /api/v1/push",
        422,
        "{\"problems\": [{\"severity\": \"error\", \"path\": \"mesh.yaml\", \"line\": 1,"
            + " \"message\": \"bad\"}]}");
    Result result = lish.run("push", "mesh", "-m", "a", "--force");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("mesh.yaml:1: bad\n");
    assertThat(result.err())
        .startsWith("mesh.yaml:1: mesh.yaml: found text \"x\" (expected: a map) [mesh-file]\n")
        .endsWith("lish: nothing was pushed\n");
    assertThat(lish.run("push", "mesh", "-m", "a", "--force", "-o", "json").exitCode())
        .isEqualTo(1);
    assertThat(lish.run("push", "none", "-m", "a").exitCode()).isEqualTo(3);
    assertThat(lish.run("push", "mesh").exitCode()).isEqualTo(2);
  }

  @Test
  void whatCheckCallsAnErrorIsNotPushedUnlessForced() throws IOException {
    Path mesh = Files.createDirectories(folder.resolve("mesh/edge/clusters"));
    Files.writeString(folder.resolve("mesh/mesh.yaml"), MESH);
    Files.writeString(mesh.resolve("a.yaml"), "name: a\nconnect_timeout: 0s\n");
    server.answer("POST /api/v1/push", 200, "{\"revision\": 43, \"changed\": true}");
    Result refused = lish.run("push", "mesh", "-m", "a");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .contains("edge/clusters/a.yaml:2: Cluster \"a\" connect_timeout: found 0s", "[constraint]")
        .endsWith("nothing was pushed (--force pushes what the server can render)\n");
    Result json = lish.run("push", "mesh", "-m", "a", "-o", "json");
    assertThat(json.exitCode()).isEqualTo(1);
    assertThat(tree(json.out()).path("problems").get(0).path("rule").asText())
        .isEqualTo("constraint");
    assertThat(server.requests).isEmpty();
    Result forced = lish.run("push", "mesh", "-m", "a", "--force");
    assertThat(forced.exitCode()).isZero();
    assertThat(forced.out()).isEqualTo("pushed as revision 43\ns serves it\n");
    assertThat(forced.err()).contains("[constraint]");
  }

  @Test
  void whoDoesNotFollowHeadIsToldAndNoFault() throws IOException {
    aGoodFolder();
    stages(
        """
        {"name": "beta", "follow": "head", "paused": false, "target": 43, "serving": 43},
        {"name": "canary", "follow": "head", "paused": true, "target": 41, "serving": 41},
        {"name": "release", "follow": "revision", "revision": 40, "target": 40, "serving": 40}
        """);
    Result result = lish.run("push", "mesh", "-m", "a");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .isEqualTo(
            """
            pushed as revision 43
            beta serves it
            canary is paused and goes on serving 41
            release is pinned and goes on serving 40
            """);
  }

  @Test
  void whatWaitsIsToldWhenTimeIsUp() throws IOException {
    aGoodFolder();
    stages(
        """
        {"name": "beta", "follow": "head", "target": 43, "judged": 42, "serving": 42,
         "waitingFor": ["consul"]},
        {"name": "release", "follow": "head", "target": 43, "judged": 42, "serving": null}
        """);
    Result result = lish.run("push", "mesh", "-m", "a", "--wait", "1");
    assertThat(result.exitCode()).isEqualTo(14);
    assertThat(result.out())
        .isEqualTo(
            """
            pushed as revision 43
            beta waits for consul and goes on serving 42
            release does not serve it yet, nor anything else
            """);
    Result unseen = lish.run("push", "mesh", "-m", "a", "--wait", "0");
    assertThat(unseen.exitCode()).isZero();
    assertThat(unseen.out()).isEqualTo("pushed as revision 43\n");
    assertThat(lish.run("push", "mesh", "-m", "a", "--wait", "x").exitCode()).isEqualTo(2);
  }

  @Test
  void aServerThatFallsSilentAfterThePushIsNoReasonToPushAgain() throws IOException {
    aGoodFolder();
    server.answer("GET /api/v1/delivery", 503, "{\"error\": \"stopping\"}");
    Result result = lish.run("push", "mesh", "-m", "a");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out()).isEqualTo("pushed as revision 43\n");
    assertThat(result.err()).contains("what stages make of it is not known: ").contains("stopping");
    Result json = lish.run("push", "mesh", "-m", "a", "-o", "json");
    assertThat(json.exitCode()).isEqualTo(3);
    assertThat(tree(json.out())).isEqualTo(tree("{\"revision\": 43, \"changed\": true}"));
  }

  @Test
  void aCommitThatWouldMoveEnvoysIsTold() throws IOException {
    aGoodFolder();
    server.answer(
        "GET /api/v1/delivery",
        200,
        """
        {"stages": [{"name": "s", "follow": "head", "target": 43, "serving": 43}],
         "membership": {"revision": 42, "pending": 43, "moves": ["edge-1: beta -> release"]}}
        """);
    Result result = lish.run("push", "mesh", "-m", "a");
    assertThat(result.exitCode()).isEqualTo(14);
    assertThat(result.out())
        .contains("who belongs to which stage stays as it is, since it would move Envoys:")
        .contains("edge-1: beta -> release")
        .contains("lish promote membership 43 --reason TEXT lets it");
  }
}
