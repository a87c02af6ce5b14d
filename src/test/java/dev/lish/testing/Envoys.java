package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Envoy binaries of this machine.
 * {@code @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")} runs a test on both ends of what
 * is supported.
 */
public final class Envoys {
  private static final Pattern VERSION = Pattern.compile("version: [0-9a-f]+/([0-9.]+)[/-]");

  private Envoys() {}

  /**
   * One binary.
   *
   * @param path to the executable
   * @param version such as 1.36.2
   */
  public record Envoy(Path path, Version version) {
    @Override
    public String toString() {
      return "Envoy " + version;
    }
  }

  /** All, oldest first; skips the test where there are none, and fails it when CI is set. */
  public static List<Envoy> all() {
    List<Path> paths = Binaries.find("LISH_ENVOYS", "envoy-", "envoy/_bin/envoy", "envoy");
    if (paths.isEmpty()) {
      Binaries.missing("Envoy", "LISH_ENVOYS");
    }
    List<Envoy> envoys = new ArrayList<>();
    paths.forEach(path -> envoys.add(new Envoy(path, version(path))));
    envoys.sort(Comparator.comparing(Envoy::version));
    return envoys;
  }

  /** The oldest. */
  public static Envoy oldest() {
    return all().get(0);
  }

  /** The newest. */
  public static Envoy newest() {
    List<Envoy> all = all();
    return all.get(all.size() - 1);
  }

  /** Both ends, or the only one. */
  public static List<Envoy> oldestAndNewest() {
    List<Envoy> all = all();
    return all.size() == 1 ? all : List.of(all.get(0), all.get(all.size() - 1));
  }

  private static Version version(Path path) {
    try {
      Process process =
          new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      Matcher matcher = VERSION.matcher(text);
      if (!matcher.find()) {
        throw new AssertionError(path + " --version: " + text + " (expected: …/1.36.2/…)");
      }
      return Version.parse(matcher.group(1));
    } catch (IOException e) {
      throw new AssertionError("cannot run " + path, e);
    }
  }
}
