package dev.lish.testing;

import java.nio.file.Path;
import java.util.List;

/** script(1), which gives a program a real pseudo-terminal; Debian's bsdutils has it. */
public final class Script {
  private static final String VARIABLE = "LISH_SCRIPT";

  private Script() {}

  /** The program; without it the test is skipped, and fails on a build machine. */
  public static Path require() {
    List<Path> found = Binaries.find(VARIABLE, "script", "script", "script");
    if (found.isEmpty()) {
      Binaries.missing("script(1)", VARIABLE);
    }
    return found.get(0);
  }
}
