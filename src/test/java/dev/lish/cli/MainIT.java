package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in a process of their own, as operators start them. */
class MainIT {
  private static final long SECONDS = 60;

  @Test
  void checkPrintsItsSummaryAndNothingElse(@TempDir Path folder) throws Exception {
    assertThat(lish(folder, "check", "config")).isZero();
    assertThat(Files.readString(folder.resolve("out"))).isEmpty();
    assertThat(Files.readString(folder.resolve("err")).lines())
        .hasSize(1)
        .allMatch(line -> line.startsWith("config: ") && line.endsWith(": fine"));
  }

  @Test
  void checkLoadsNoServerAndNoLogger(@TempDir Path folder) throws Exception {
    Path loaded = folder.resolve("loaded");
    assertThat(start(folder, List.of("-Xlog:class+load:file=" + loaded), "check", "config"))
        .isZero();
    assertThat(Files.readString(loaded))
        .contains("dev.lish.cli.CheckCommand")
        .doesNotContain("com.linecorp.")
        .doesNotContain(" io.grpc.")
        .doesNotContain("ch.qos.logback.")
        .doesNotContain("com.fasterxml.jackson.databind.ObjectMapper");
  }

  @Test
  void theExitCodeIsTheProcesss(@TempDir Path folder) throws Exception {
    assertThat(lish(folder, "check", "no-such-folder")).isEqualTo(3);
    assertThat(lish(folder, "bootstrap", "--server", "a:0")).isEqualTo(2);
    assertThat(Files.readString(folder.resolve("out"))).isEmpty();
  }

  private static int lish(Path folder, String... arguments) throws Exception {
    return start(folder, List.of(), arguments);
  }

  private static int start(Path folder, List<String> flags, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    try {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
