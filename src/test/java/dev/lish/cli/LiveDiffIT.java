package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lish.app.FakeEnvoy;
import dev.lish.app.LishServer;
import dev.lish.cli.CommandLineRun.Result;
import dev.lish.model.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish diff} beside a server that knows what a folder does not say. */
class LiveDiffIT {
  private static final String LOOP =
      """
      {%% for service in registry.inhouse.services %%}
      ---
      name: %s-{{ service.name }}
      type: STATIC
      {%% endfor %%}
      """;

  @TempDir Path folder;
  private LishServer lish;

  @BeforeEach
  void start() throws IOException {
    write(
        "mesh/mesh.yaml",
        "stages: [ { name: release } ]\ngroups: [ { name: all, resources: [ \"all/**\" ] } ]\n");
    write("mesh/all/clusters/loop.yaml.peb", LOOP.formatted("old"));
    write(
        "inhouse.yaml",
        "services: { a: [ { id: a, address: 127.0.0.1, port: 1 } ], b: [ { id: b, address: 127.0.0.1, port: 2 } ] }\n");
    lish =
        LishServer.start(
                folder.resolve("lish"),
                folder.resolve("mesh"),
                "registries: [ { name: inhouse, files: { path: "
                    + folder.resolve("inhouse.yaml")
                    + " } } ]")
            .awaitReady();
    write("new/mesh.yaml", Files.readString(folder.resolve("mesh/mesh.yaml")));
    write("new/all/clusters/loop.yaml.peb", LOOP.formatted("new"));
  }

  @AfterEach
  void stop() {
    lish.close();
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Result diff(String server, String before, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "diff";
    arguments[1] = before;
    arguments[2] = "new";
    System.arraycopy(more, 0, arguments, 3, more.length);
    return new CommandLineRun(folder).with("LISH_SERVER", server).run(arguments);
  }

  @Test
  void templatesSeeWhatTheServerKnowsAndItsEnvoysAreCounted() throws IOException {
    try (FakeEnvoy one = FakeEnvoy.connect(lish.xdsPort(), "one", "x", Map.of());
        FakeEnvoy two = FakeEnvoy.connect(lish.xdsPort(), "two", "x", Map.of())) {
      one.awaitSome(ResourceType.CLUSTER);
      two.awaitSome(ResourceType.CLUSTER);
      assertThat(one.names(ResourceType.CLUSTER)).containsExactlyInAnyOrder("old-a", "old-b");
      lish.awaitNode("one", "synced");
      lish.awaitNode("two", "synced");
      Result result = diff(lish.url(""), "head", "-o", "json");
      assertThat(result.exitCode()).as(result.err()).isZero();
      JsonNode json = new JsonMapper().readTree(result.out());
      JsonNode kind = json.path("kinds").get(0);
      assertThat(kind.path("envoys").asInt()).isEqualTo(2);
      assertThat(kind.path("changes").findValuesAsText("name"))
          .containsExactlyInAnyOrder("old-a", "old-b", "new-a", "new-b");
      assertThat(json.path("assumed").get(0).asText())
          .isEqualTo(
              "templates see what " + lish.url("") + " knows of registry inhouse: 2 services");
      Result markdown = diff(lish.url(""), "head", "-o", "markdown");
      assertThat(markdown.out())
          .contains("| release | all | 2 | 0 | 2 | 2 |")
          .contains("*Assumed: templates see what ");
    }
  }

  @Test
  void withoutAServerAnEmptyCatalogIsToldOf() {
    Result result = diff("http://127.0.0.1:1", "mesh");
    assertThat(result.out())
        .isEqualTo(
            """
            no Envoy would get anything else
            assumed: no data of registry inhouse: templates see no services of it (--registry \
            inhouse=FILE, or --server with one that reads it)
            """);
    Result given = diff("http://127.0.0.1:1", "mesh", "--registry", "inhouse=inhouse.yaml");
    assertThat(given.out()).contains("+ cluster new-a added").doesNotContain("assumed");
  }
}
