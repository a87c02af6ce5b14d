package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A real Prometheus, where {@code .ci/run} puts it or on the path. */
public final class Prometheus implements AutoCloseable {
  /** What a test says that is skipped without it. */
  public static final String MISSING =
      "NO PROMETHEUS: .ci/run installs it from Debian; what it would show is not tested here";

  private static final String SETTINGS =
      """
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      rule_files: [ %s ]
      scrape_configs:
        - { job_name: lish, static_configs: [ { targets: [ "%s" ] } ] }
      """;

  private final Child child;
  private final int port;

  private Prometheus(Child child, int port) {
    this.child = child;
    this.port = port;
  }

  /** False: tests that need it say so and are skipped. */
  public static boolean isThere() {
    boolean there = binary("prometheus").isPresent() && binary("promtool").isPresent();
    if (!there) {
      System.err.println(MISSING);
    }
    return there;
  }

  private static Optional<Path> binary(String name) {
    return Binaries.find(
            "LISH_" + name.toUpperCase(Locale.ROOT), "prometheus", "usr/bin/" + name, name)
        .stream()
        .findFirst();
  }

  /** Fails with the words of promtool when it finds fault. */
  public static void checkRules(Path rules) throws IOException {
    Process process =
        new ProcessBuilder(
                binary("promtool").orElseThrow().toString(), "check", "rules", rules.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(output);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts it on a free port; it need not have scraped when this returns. */
  public static Prometheus start(Path folder, String target, Path rules) throws IOException {
    Files.createDirectories(folder);
    Path settings =
        Files.writeString(
            folder.resolve("prometheus.yml"), SETTINGS.formatted(rules.toAbsolutePath(), target));
    int port = Ports.free();
    Child child =
        Child.start(
            folder,
            folder.resolve("prometheus.log"),
            List.of(
                binary("prometheus").orElseThrow().toString(),
                "--config.file=" + settings,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port));
    Prometheus prometheus = new Prometheus(child, port);
    Await.until(
        "Prometheus is ready",
        () -> {
          child.assertAlive();
          return Http.get(prometheus.url("/-/ready")).status() == 200;
        });
    return prometheus;
  }

  /** An absolute URL of its API. */
  public String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  @Override
  public void close() {
    child.close();
  }
}
