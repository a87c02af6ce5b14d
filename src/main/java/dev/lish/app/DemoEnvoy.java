package dev.lish.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real Envoy beside the demo, when one is installed. */
final class DemoEnvoy implements AutoCloseable {
  private final Process process;
  private final Path log;

  private DemoEnvoy(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** The binary that {@code ENVOY} names, else the first {@code envoy} on {@code PATH}. */
  static Optional<Path> find(Map<String, String> environment) {
    String named = environment.getOrDefault("ENVOY", "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, "envoy");
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /**
   * Starts it; bootstrap and log go to the folder.
   *
   * @throws StartException when it does not start
   */
  static DemoEnvoy start(Path binary, String bootstrap, Path folder) throws StartException {
    Path config = folder.resolve("demo-envoy.yaml");
    Path log = folder.resolve("demo-envoy.log");
    try {
      Files.writeString(config, bootstrap);
      Process process =
          new ProcessBuilder(
                  binary.toString(),
                  "-c",
                  config.toString(),
                  "--use-dynamic-base-id",
                  "--concurrency",
                  "1",
                  "--log-level",
                  "warning")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return new DemoEnvoy(process, log);
    } catch (IOException e) {
      throw new StartException(binary + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Why it is not running, with the end of its log; empty while it runs. */
  Optional<String> failure() {
    if (process.isAlive()) {
      return Optional.empty();
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(log);
    } catch (IOException e) {
      lines = List.of(e.toString());
    }
    String end = String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    return Optional.of("Envoy ended with code " + process.exitValue() + "; " + log + ":\n" + end);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(3, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
