package dev.lish.check;

import java.util.Locale;

/** How bad a Finding is, the worst first. */
public enum Severity {
  /** An Envoy refuses it, or requests fail. */
  ERROR,
  /** It works, and has taken meshes down. */
  WARNING,
  /** Worth knowing. */
  INFO;

  /** In lower case, as it is printed. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True when it is at least as bad as the other. */
  public boolean reaches(Severity least) {
    return compareTo(least) <= 0;
  }
}
