package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in {@code docs/mesh.md} are one mesh folder, and it does what the text says. */
class MeshDocumentTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("^```yaml\\n# (\\S+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern PROBLEM =
      Pattern.compile("^```text\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path folder;
  private CommandLineRun lish = new CommandLineRun(Path.of(""));
  private String document = "";

  @BeforeEach
  void writeTheExamples() throws IOException {
    document = Files.readString(Path.of("docs/mesh.md"));
    lish = new CommandLineRun(folder);
    Matcher example = EXAMPLE.matcher(document);
    while (example.find()) {
      Path file = folder.resolve("mesh").resolve(example.group(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, example.group(2));
    }
  }

  private String render(String stage, String zone) {
    Result result =
        lish.run(
            "render",
            "mesh",
            "--stage",
            stage,
            "--node-cluster",
            "edge-web",
            "--locality",
            "zone=" + zone,
            "-o",
            "yaml");
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }

  @Test
  void allExamplesTogetherAreFine() {
    Result result = lish.run("check", "mesh");
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("warning: registry consul has no data here")
        .contains("3 stages, 6 snapshots: fine");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void stagesAndZonesSeeTheirOwnValues() {
    assertThat(render("release", "tokyo-1"))
        .contains("release in tokyo-1", "connect_timeout: 2s", "name: local-8081")
        .contains("address: 10.0.0.1", "weight: 10", "inline_bytes: '[redacted]'");
    assertThat(render("beta", "tokyo-2")).contains("beta in tokyo-2", "connect_timeout: 5s");
    assertThat(render("canary", "tokyo-2")).isEqualTo(render("release", "tokyo-2"));
  }

  @Test
  void theProblemIsAsShown() throws IOException {
    Path route = folder.resolve("mesh/edge/routes/edge.yaml.peb");
    Files.writeString(route, Files.readString(route).replace("domains", "domians"));
    Matcher problem = PROBLEM.matcher(document);
    assertThat(problem.find()).isTrue();
    assertThat(lish.run("check", "mesh").out()).isEqualTo(problem.group(1));
  }
}
