package dev.lish.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Finds the real programs that tests run against. */
final class Binaries {
  private Binaries() {}

  /**
   * From the variable (paths separated by a colon), else from the cache folder, else from PATH.
   *
   * @param inCache pairs with a folder of the cache, e.g. {@code envoy/_bin/envoy}
   */
  static List<Path> find(String variable, String folderPrefix, String inCache, String name) {
    Optional<String> told = environment(variable);
    if (told.isPresent()) {
      return Stream.of(told.get().split(":", -1)).filter(p -> !p.isEmpty()).map(Path::of).toList();
    }
    List<Path> cached = cached(folderPrefix, inCache);
    return cached.isEmpty() ? onPath(name) : cached;
  }

  /** Skips the test with a line that cannot be missed; on a build machine it fails instead. */
  static void missing(String what, String variable) {
    String text = what + " is not here: run .ci/run once, or set " + variable;
    if (environment("CI").filter(v -> !v.equals("false")).isPresent()) {
      throw new AssertionError(text);
    }
    System.err.println("\n*** SKIPPED: " + text + "\n");
    Assumptions.abort(text);
  }

  private static List<Path> cached(String folderPrefix, String inCache) {
    Path cache =
        environment("XDG_CACHE_HOME")
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("lish");
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(cache)) {
      return folders
          .filter(f -> f.getFileName().toString().startsWith(folderPrefix))
          .map(f -> f.resolve(inCache))
          .filter(Files::isExecutable)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError("cannot list " + cache, e);
    }
  }

  private static List<Path> onPath(String name) {
    return environment("PATH").stream()
        .flatMap(p -> Stream.of(p.split(":", -1)))
        .filter(p -> !p.isEmpty())
        .map(p -> Path.of(p, name))
        .filter(Files::isExecutable)
        .limit(1)
        .toList();
  }

  private static Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(v -> !v.isEmpty());
  }
}
