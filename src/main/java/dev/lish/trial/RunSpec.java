package dev.lish.trial;

/**
 * One run: a stage on an Envoy version.
 *
 * @param stage the stage
 * @param envoy the binary
 * @param sotw true: state of the world instead of delta
 */
public record RunSpec(String stage, EnvoyBinary envoy, boolean sotw) {
  /** In words, e.g. {@code release on Envoy 1.36.2 (delta)}. */
  @Override
  public String toString() {
    return stage + " on Envoy " + envoy.version() + " (" + protocol() + ")";
  }

  /** {@code delta} or {@code sotw}. */
  public String protocol() {
    return sotw ? "sotw" : "delta";
  }
}
