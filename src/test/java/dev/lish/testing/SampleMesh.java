package dev.lish.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A copy of the sample mesh whose listeners let Envoy choose a port ({@link
 * EnvoyProcess#listenerPort}) and whose upstreams are the test's own.
 */
public final class SampleMesh {
  private static final Path ORIGINAL = Path.of("config");

  private SampleMesh() {}

  /**
   * Copies {@code config/} into a folder, which is made if it is not there.
   *
   * @param payments1 stands in for port 9001, version 1 of payments
   * @param payments2 stands in for port 9002, version 2 of payments
   * @param orders stands in for port 9003
   */
  public static Path copy(Path to, int payments1, int payments2, int orders) {
    copy(to);
    edit(to, "edge/listeners/edge.yaml", Map.of("port_value: 10000", "port_value: 0"));
    edit(to, "inner/listeners/inner.yaml", Map.of("port_value: 10001", "port_value: 0"));
    edit(
        to,
        "registries/local.yaml",
        Map.of("port: 9001", "port: " + payments1, "port: 9002", "port: " + payments2));
    edit(to, "common/clusters/orders.yaml", Map.of("port_value: 9003", "port_value: " + orders));
    return to;
  }

  /** Replaces texts in a file, each of which must be there. */
  public static void edit(Path mesh, String file, Map<String, String> replacements) {
    Path path = mesh.resolve(file);
    try {
      String text = Files.readString(path);
      for (Map.Entry<String, String> replacement : replacements.entrySet()) {
        if (!text.contains(replacement.getKey())) {
          throw new AssertionError(path + ": no " + replacement.getKey() + " (expected: one)");
        }
        text = text.replace(replacement.getKey(), replacement.getValue());
      }
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new AssertionError("cannot edit " + path, e);
    }
  }

  private static void copy(Path to) {
    try (Stream<Path> walk = Files.walk(ORIGINAL)) {
      List<Path> files = walk.filter(Files::isRegularFile).toList();
      for (Path file : files) {
        Path copy = to.resolve(ORIGINAL.relativize(file).toString());
        Files.createDirectories(copy.toAbsolutePath().getParent());
        Files.copy(file, copy);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot copy " + ORIGINAL + " to " + to, e);
    }
  }
}
