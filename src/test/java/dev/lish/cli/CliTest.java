package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
  @TempDir private Path folder;
  private CommandLineRun lish = new CommandLineRun(Path.of(""));

  @BeforeEach
  void startInTheFolder() {
    lish = new CommandLineRun(folder);
  }

  @Test
  void theHelpListsEveryCommandAndExitCode() {
    Result help = lish.run("--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .contains(
            "serve",
            "demo",
            "bootstrap",
            "check",
            "render",
            "push",
            "status",
            "nodes",
            "sources",
            "problems",
            "pause",
            "resume",
            "promote",
            "rollback",
            "drain",
            "undrain")
        .contains("Exit codes:", "the world is broken");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "demo",
        "bootstrap",
        "check",
        "render",
        "push",
        "status",
        "nodes",
        "sources",
        "problems",
        "pause",
        "resume",
        "promote",
        "rollback",
        "drain",
        "undrain"
      })
  void everyCommandHasAHelpWithExamples(String command) {
    Result help = lish.run(command, "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out())
        .contains("Usage: lish " + command, "Examples:", "  lish " + command, "Exit codes:");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void theVersionIsOneLine() {
    Result version = lish.run("--version");
    assertThat(version.exitCode()).isZero();
    assertThat(version.out().lines()).hasSize(1).allMatch(line -> line.startsWith("lish "));
  }

  @Test
  void wrongUsageIsToldOnStderrWithCodeTwo() {
    assertUsage(lish.run(), "Usage: lish");
    assertUsage(lish.run("bootstarp"), "bootstarp");
    assertUsage(lish.run("bootstrap", "--nodeid", "a"), "--nodeid");
    assertUsage(lish.run("bootstrap", "--server", "a:0"), "--server: a:0 (expected: HOST:PORT");
    assertUsage(lish.run("promote", "release"), "REVISION");
    assertUsage(lish.run("nodes", "-o", "xml"), "-o xml (expected: table or json)");
  }

  private static void assertUsage(Result result, String message) {
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(message);
  }

  @Test
  void serveTakesTheDefaultsTheFileHereOrTheFileNamed() throws IOException {
    assertThat(lish.run("serve").exitCode()).isZero();
    Files.writeString(folder.resolve("lish.yaml"), "xds: { port: 1 }\n");
    assertThat(lish.run("serve").exitCode()).isZero();
    Files.writeString(folder.resolve("other.yaml"), "xds: { port: 2 }\n");
    assertThat(lish.run("serve", "--config", "other.yaml").exitCode()).isZero();
    assertThat(lish.run("demo").exitCode()).isZero();
    assertThat(lish.served).containsExactly("serve 18000", "serve 1", "serve 2", "demo 18000");
  }

  @Test
  void aWrongSettingsFileIsWrongUsage() throws IOException {
    Files.writeString(folder.resolve("lish.yaml"), "xds:\n  prot: 1\n");
    Result result = lish.run("serve");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .contains("lish.yaml:2: xds.prot: unknown key (did you mean port?")
        .contains("lish.yaml is wrong; nothing was started");
    assertThat(lish.served).isEmpty();
  }

  @Test
  void aMissingSettingsFileIsABrokenWorld() {
    Result result = lish.run("serve", "--config", "none.yaml");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).isEqualTo("lish: none.yaml: no such file\n");
  }

  @Test
  void bootstrapPrintsTheFileAndNothingElse() {
    Result result =
        lish.run(
            "bootstrap",
            "--node-id",
            "edge-1",
            "--node-cluster",
            "edge",
            "--metadata",
            "stage=beta",
            "--metadata=rack=7",
            "--locality",
            "zone=tokyo-1",
            "--server",
            "lish-1.example.com",
            "--server",
            "lish-2.example.com:1",
            "--sotw",
            "--admin-port",
            "0");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("# Envoy's bootstrap")
        .contains("\"edge-1\"", "\"stage\": \"beta\"", "\"rack\": \"7\"", "zone: \"tokyo-1\"")
        .contains("api_type: GRPC", "lish-1.example.com", "port_value: 1 ", "port_value: 0 ");
  }
}
