package dev.lish.app;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where Lish was started from: for what it reads there, and for commands that people can type.
 *
 * @param home the checkout, which the launcher names; empty: started without it
 * @param directory the working directory
 */
public record Checkout(Optional<Path> home, Path directory) {
  /** The command that starts Lish, as one would type it here. */
  String command() {
    return home.map(h -> isHere(h) ? "./lish" : h.resolve("lish").toString()).orElse("lish");
  }

  /** The sample mesh: the same from whichever folder the demo is started. */
  public Path sampleMesh() {
    return home.filter(h -> !isHere(h)).map(h -> h.resolve("config")).orElse(Path.of("config"));
  }

  private boolean isHere(Path folder) {
    return folder.toAbsolutePath().normalize().equals(directory.toAbsolutePath().normalize());
  }
}
