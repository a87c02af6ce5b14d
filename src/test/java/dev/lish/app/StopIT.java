package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish serve} in a process of its own is told to stop. */
class StopIT {
  /** Generous for a loaded machine; alone it takes two to three seconds. */
  private static final int STOP_SECONDS = 10;

  @TempDir Path folder;

  @Test
  void stopOfARunningServerIsSwiftAndQuiet() throws Exception {
    stopsSwiftlyAndQuietlyAfter("xDS and access logs");
  }

  @Test
  void stopInTheMiddleOfAStartIsSwiftAndQuiet() throws Exception {
    stopsSwiftlyAndQuietlyAfter("Central Dogma was seeded");
  }

  private void stopsSwiftlyAndQuietlyAfter(String line) throws Exception {
    Process process = serve();
    try {
      Await.until("it says: " + line, () -> output().contains(line));
      process.destroy();
      assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS))
          .as("it ends; it said: %s", output())
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(output()).doesNotContain("Exception").doesNotContain(" ERROR ");
    assertThat(output().lines().filter(l -> l.contains(" WARN ")))
        .as("warnings")
        .allMatch(l -> l.contains("not ready"));
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  private Process serve() throws IOException {
    Path settings = folder.resolve("lish.yaml");
    Files.writeString(
        settings,
        """
        data_dir: %s
        config_dir: %s
        admin: { port: 0 }
        xds: { port: 0 }
        embedded_central_dogma: { port: 0 }
        """
            .formatted(folder.resolve("data"), Path.of("config").toAbsolutePath()));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=" + Path.of("src/main/resources/logback.xml"),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.lish.cli.Main",
            "serve",
            "--config",
            settings.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }
}
