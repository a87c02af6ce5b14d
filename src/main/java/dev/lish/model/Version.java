package dev.lish.model;

/**
 * What Envoy is told as a version: a hash of content and of the stage's epoch, so that it is equal
 * on all replicas and after a restart.
 *
 * @param value the text on the wire; never empty
 */
public record Version(String value) {
  /** Checks that the value is not empty: an empty version means "nothing yet" in xDS. */
  public Version {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("version: \"\" (expected: at least one character)");
    }
  }

  /** The version of this content in this epoch. */
  public static Version of(ContentHash content, int epoch) {
    return new Version(epoch == 0 ? content.toString() : content + "-" + epoch);
  }

  @Override
  public String toString() {
    return value;
  }
}
