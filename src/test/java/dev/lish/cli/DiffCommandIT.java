package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.cli.CommandLineRun.Result;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish diff}. */
class DiffCommandIT {
  @TempDir Path folder;

  @BeforeEach
  void twoFolders() {
    SampleMesh.copy(folder.resolve("old"), 9001, 9002, 9003);
    SampleMesh.copy(folder.resolve("new"), 9001, 9002, 9003);
  }

  private void edit(String file, String from, String to) {
    SampleMesh.edit(folder.resolve("new"), file, Map.of(from, to));
  }

  private Result diff(String... more) {
    List<String> arguments = new ArrayList<>(List.of("diff", "old", "new"));
    arguments.addAll(List.of(more));
    // Nobody listens there, whatever runs on this machine.
    return new CommandLineRun(folder)
        .with("LISH_SERVER", "http://127.0.0.1:1")
        .run(arguments.toArray(String[]::new));
  }

  private int code() {
    return diff("--detailed-exitcode").exitCode();
  }

  @Test
  void theExitCodeTellsTheGravestKindOfChange() throws IOException {
    assertThat(code()).isZero();
    assertThat(diff().out()).contains("no Envoy would get anything else");
    edit("values/common.yaml", "timeout: 5s", "timeout: 6s");
    assertThat(code()).isEqualTo(10);
    assertThat(diff().exitCode()).isZero();
    Files.writeString(folder.resolve("new/common/clusters/more.yaml"), "name: more\n");
    assertThat(code()).isEqualTo(11);
    Files.writeString(folder.resolve("old/edge/extensions.yaml"), "");
    Files.createDirectories(folder.resolve("old/edge/runtime"));
    Files.writeString(folder.resolve("old/edge/runtime/old.yaml"), "name: old\n");
    assertThat(code()).isEqualTo(12);
    edit("common/clusters/orders.yaml", "connect_timeout: 1s", "connect_timeout: 2s");
    assertThat(code()).isEqualTo(13);
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      many.append("---\nname: many-").append(i).append('\n');
    }
    Files.writeString(folder.resolve("new/common/clusters/more.yaml"), many);
    assertThat(code()).isEqualTo(14);
    assertThat(diff().out()).startsWith("clusters of beta/edge?locality.zone=tokyo-1 grow from 3");
  }

  @Test
  void aMeshThatDoesNotRenderIsAProblem() {
    edit("common/clusters/orders.yaml", "type: STATIC", "tipe: STATIC");
    Result result = diff("--detailed-exitcode");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains("common/clusters/orders.yaml:");
    assertThat(result.err()).contains("new does not render");
  }

  @Test
  void whatSeveralKindsShareIsToldOnce() {
    edit("common/clusters/orders.yaml", "max_requests: 500", "max_requests: 700");
    Result result = diff("--full");
    assertThat(result.out())
        .containsOnlyOnce("cluster orders changed, is rebuilt and warmed")
        .contains("circuit_breakers.thresholds[0].max_requests: 500 -> 700")
        .contains("release/inner")
        .contains("1 cluster rebuilt");
    String markdown = diff("-o", "markdown").out();
    assertThat(markdown)
        .startsWith("### What Envoys get: `old` → `new`")
        .contains("| beta | edge tokyo-1 | 0 | 1 | 0 | - |");
  }

  /** The folder as the API tells it. */
  private ObjectNode files() throws IOException {
    ObjectNode files = new JsonMapper().createObjectNode();
    try (var all = Files.walk(folder.resolve("old"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.resolve("old").relativize(file).toString(),
            Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void whatBecomesOfEnvoysWhoseGroupGoesIsTold() throws IOException {
    edit("mesh.yaml", "name: edge ", "name: front ");
    try (AdminApiStub api = new AdminApiStub()) {
      api.answer(
          "GET /api/v1/nodes",
          200,
          """
          {"nodes": [
            {"id": "1", "cluster": "edge-1", "locality": {"zone": "tokyo-1"},
             "stage": "release", "group": "edge", "by": {"locality.zone": "tokyo-1"}},
            {"id": "2", "cluster": "inner-1", "stage": "release", "group": "inner", "by": {}}]}
          """);
      String[] diff = {"diff", "old", "new", "--server", api.url(), "--detailed-exitcode"};
      Result moved = new CommandLineRun(folder).run(diff);
      assertThat(moved.out())
          .containsPattern("release +edge tokyo-1 +0 +0 +8 +1 +0 B +no such Envoys any more")
          .contains(
              "1 connected Envoy moves from release/edge tokyo-1 to group front: what that does to"
                  + " it is not compared")
          .doesNotContain("drain");
      assertThat(moved.exitCode()).isEqualTo(12);
      edit("mesh.yaml", "cluster: \"edge-*\"", "cluster: \"front-*\"");
      Result lost = new CommandLineRun(folder).run(diff);
      assertThat(lost.out())
          .startsWith(
              "stage release: no group takes 1: a server holds such a revision until `lish promote`");
      assertThat(lost.exitCode()).isEqualTo(14);
      edit("mesh.yaml", "cluster: \"front-*\"", "metadata.role: front");
      Result unsure = new CommandLineRun(folder).run(diff);
      assertThat(unsure.out())
          .contains("1 connected Envoy of release/edge tokyo-1 has no such group any more");
      assertThat(unsure.exitCode()).isEqualTo(12);
    }
  }

  @Test
  void whatAStageServesMayNotBeHead() throws IOException {
    ObjectNode files = files();
    try (AdminApiStub api = new AdminApiStub()) {
      api.answer("GET /api/v1/mesh/head", 200, "{\"revision\": 41, \"files\": " + files + "}");
      api.answer("GET /api/v1/nodes", 200, "{\"nodes\": []}");
      api.answer(
          "GET /api/v1/delivery",
          200,
          """
          {"head": 41, "stages": [ {"name": "beta", "serving": 41}, {"name": "release", "serving": 38} ]}
          """);
      Result result = new CommandLineRun(folder).run("diff", "head", "new", "--server", api.url());
      assertThat(result.out())
          .isEqualTo(
              """
              no Envoy would get anything else
              assumed: Envoys of stage release have revision 38, not 41 (lish diff 38 new shows what \
              they would get)
              """);
    }
  }

  @Test
  void revisionsComeFromTheServerAndItsEnvoysAreCounted() throws IOException {
    edit("common/clusters/orders.yaml", "max_requests: 500", "max_requests: 700");
    ObjectNode files = files();
    try (AdminApiStub api = new AdminApiStub()) {
      api.answer("GET /api/v1/mesh/41", 200, "{\"revision\": 41, \"files\": " + files + "}");
      api.answer(
          "GET /api/v1/nodes",
          200,
          """
          {"nodes": [
            {"id": "1", "stage": "release", "group": "inner", "by": {}},
            {"id": "2", "stage": "release", "group": "inner", "by": {}},
            {"id": "3", "stage": "beta", "group": "edge", "by": {"locality.zone": "tokyo-2"}},
            {"id": "4", "stage": null, "group": null, "by": {}}]}
          """);
      Result result =
          new CommandLineRun(folder).run("diff", "41", "new", "-o", "json", "--server", api.url());
      assertThat(result.exitCode()).as(result.err()).isZero();
      JsonNode json = new JsonMapper().readTree(result.out());
      assertThat(json.path("old").asText()).isEqualTo("41");
      JsonNode inner = json.path("kinds").get(5);
      assertThat(inner.path("group").asText()).isEqualTo("inner");
      assertThat(inner.path("envoys").asInt()).isEqualTo(2);
      assertThat(json.path("kinds").get(1).path("envoys").asInt()).isEqualTo(1);
      assertThat(json.path("kinds").get(0).path("envoys").asInt()).isZero();
      JsonNode change = inner.path("changes").get(0);
      assertThat(change.path("effect").asText()).isEqualTo("rebuilds");
      assertThat(change.path("fields").get(0).path("new").asText()).isEqualTo("700");
      Result missing = new CommandLineRun(folder).run("diff", "42", "new", "--server", api.url());
      assertThat(missing.exitCode()).isEqualTo(1);
    }
  }
}
