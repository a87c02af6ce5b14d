package dev.lish.trial;

import dev.lish.model.SnapshotKey;
import java.util.Optional;

/** Something that a test can fail with: what was to be is not. */
final class Unmet extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Optional<SnapshotKey> envoy;

  Unmet(String message) {
    this(Optional.empty(), message);
  }

  private Unmet(Optional<SnapshotKey> envoy, String message) {
    super(message);
    this.envoy = envoy;
  }

  /** At this Envoy. */
  static Unmet of(RunningEnvoy envoy, String message) {
    return new Unmet(Optional.of(envoy.key()), message);
  }

  /** Whose log is to be looked at first; empty: no one's. */
  Optional<SnapshotKey> envoy() {
    return envoy;
  }
}
