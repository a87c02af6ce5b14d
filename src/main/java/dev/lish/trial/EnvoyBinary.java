package dev.lish.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Envoy that can be started.
 *
 * @param path of the executable, absolute
 * @param version such as 1.36.2
 */
public record EnvoyBinary(Path path, Version version) {
  private static final Pattern VERSION = Pattern.compile("version: [0-9a-f]+/([0-9.]+)[/-]");
  private static final int PATIENCE_SECONDS = 20;

  /**
   * The binary at this path; it is asked for its version.
   *
   * @throws TrialException when it is none
   */
  public static EnvoyBinary of(Path path) throws TrialException {
    if (!Files.isExecutable(path) || Files.isDirectory(path)) {
      throw new TrialException(path + ": no program (expected: an Envoy binary)");
    }
    try {
      Process process =
          new ProcessBuilder(path.toString(), "--version")
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      try {
        String text = new String(process.getInputStream().readNBytes(4096), UTF_8);
        Matcher matcher = VERSION.matcher(text);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || !matcher.find()) {
          throw new TrialException(
              path + " --version: " + text.strip() + " (expected: an Envoy, version …/1.36.2/…)");
        }
        // Each Envoy runs in a folder of its own.
        return new EnvoyBinary(path.toAbsolutePath(), Version.parse(matcher.group(1)));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new TrialException(path + ": cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrialException("interrupted while asking " + path + " for its version", e);
    }
  }

  /** The first {@code envoy} of a search path. */
  public static Optional<Path> onPath(String searchPath) {
    for (String folder : searchPath.split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, "envoy");
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
