package dev.lish.delivery;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.util.Optional;

/**
 * What an operator's order makes of a stage's control. Pure: each method takes what is set now and
 * gives what should be set, or says why the order makes no sense.
 */
public final class Orders {
  private Orders() {}

  /** The stage stays on the revision that it has, whatever head or a pin says. */
  public static Decision pause(StageControl now, Optional<Revision> serving, Signature signature) {
    if (now.paused()) {
      return new Decision.Nothing("is paused already, by " + now.by() + ": " + now.reason());
    }
    if (serving.isEmpty()) {
      return new Decision.Senseless("serves nothing yet (expected: a revision to stay on)");
    }
    return signature.set(now.revision(), serving, now.epoch());
  }

  /** Lifts the pause, never the pin. */
  public static Decision resume(StageControl now, Signature signature) {
    if (!now.paused()) {
      return new Decision.Nothing("is not paused");
    }
    // Why a stage is pinned must not be lost with the pause.
    boolean keepsReason = now.revision().isPresent() && signature.reason().isEmpty();
    Signature lifted =
        keepsReason ? new Signature(signature.by(), now.reason(), signature.at()) : signature;
    return lifted.set(now.revision(), Optional.empty(), now.epoch());
  }

  /**
   * Pins the stage to a revision; without one it follows head again.
   *
   * @param held true: the stage waits for somebody to accept what the revision has become, so that
   *     the same order once more means something
   */
  public static Decision promote(
      StageControl now, Optional<Revision> revision, boolean held, Signature signature) {
    if (now.paused()) {
      return new Decision.Senseless(
          "is paused by " + now.by() + ": " + now.reason() + " (expected: resume first)");
    }
    boolean accepts = held && revision.isPresent();
    if (now.revision().equals(revision) && !accepts) {
      return new Decision.Nothing(
          revision.map(r -> "is pinned to " + r + " already").orElse("follows head already"));
    }
    return signature.set(revision, Optional.empty(), now.epoch());
  }

  /**
   * Pins the stage to the revision that it served before and pauses it. The epoch rises: an Envoy
   * that rejected the newer revision still reports the version of the older one, and would
   * otherwise be met by silence on its next stream.
   */
  public static Decision rollback(
      StageControl now, Optional<Revision> before, Signature signature) {
    if (before.isEmpty()) {
      return new Decision.Senseless("has served no other revision (expected: one to go back to)");
    }
    return signature.set(before, before, now.epoch() + 1);
  }

  /** The epoch rises, all else stays: after the first NACK of a revision. */
  public static StageControl nextEpoch(StageControl now) {
    return new StageControl(
        now.revision(), now.pausedAt(), now.epoch() + 1, now.by(), now.reason(), now.at());
  }
}
