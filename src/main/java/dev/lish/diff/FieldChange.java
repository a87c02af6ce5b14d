package dev.lish.diff;

import java.util.Optional;

/**
 * A field that differs.
 *
 * @param path such as {@code circuit_breakers.thresholds[0].max_requests}
 * @param before empty: it was not set
 * @param after empty: it is not set any more
 */
public record FieldChange(String path, Optional<String> before, Optional<String> after) {
  @Override
  public String toString() {
    return path + ": " + before.orElse("(not set)") + " -> " + after.orElse("(not set)");
  }
}
