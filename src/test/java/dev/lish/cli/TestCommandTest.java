package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish test} before it starts an Envoy. */
class TestCommandTest {
  @TempDir Path folder;

  private Result run(String... arguments) {
    return new CommandLineRun(folder).run(arguments);
  }

  private void mesh(String tests) throws IOException {
    Files.createDirectories(folder.resolve("mesh/tests"));
    Files.writeString(
        folder.resolve("mesh/mesh.yaml"),
        "stages: [ { name: all } ]\ngroups: [ { name: g, nodes: { id: \"*\" }, resources: [ \"edge/**\" ] } ]\n");
    Files.writeString(folder.resolve("mesh/tests/a.yaml"), tests);
  }

  @Test
  void mistakesInTestsAreProblems() throws IOException {
    mesh("tests: [ { name: a, request: {}, expect: { stauts: 200 } } ]");
    Result result = run("test", "mesh");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains("tests/a.yaml:1:").contains("stauts");
  }

  @Test
  void withoutAnEnvoyTheWorldIsBroken() throws IOException {
    mesh("tests: []");
    Result result = run("test", "mesh");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("no Envoy (expected: --envoy BINARY");
    Files.writeString(folder.resolve("no-envoy"), "");
    assertThat(run("test", "mesh", "--envoy", "no-envoy").exitCode()).isEqualTo(3);
  }

  @Test
  void aPushThatCannotBeTestedIsNotSent() throws IOException {
    mesh("tests: []");
    try (AdminApiStub api = new AdminApiStub()) {
      Result result = run("push", "mesh", "-m", "x", "--test", "--server", api.url());
      assertThat(result.exitCode()).isEqualTo(3);
      assertThat(api.requests).isEmpty();
    }
  }

  @Test
  void anUnknownStageIsWrongUsage() throws IOException {
    mesh("tests: []");
    assertThat(run("test", "mesh", "--stage", "beta").exitCode()).isEqualTo(2);
    assertThat(run("test", "mesh", "--parallel", "none").exitCode()).isEqualTo(2);
  }
}
