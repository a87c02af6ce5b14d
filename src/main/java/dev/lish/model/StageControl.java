package dev.lish.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What operators set for a stage: the content of {@code /stages/<name>.json} in Lish's own
 * repository.
 *
 * @param revision empty: follows head; else pinned to this revision
 * @param pausedAt present: nothing moves; the stage stays on this revision
 * @param epoch rises with a rollback and with the first NACK of a revision; part of every version
 * @param by who set it last
 * @param reason why
 * @param at when
 */
public record StageControl(
    Optional<Revision> revision,
    Optional<Revision> pausedAt,
    int epoch,
    String by,
    String reason,
    Instant at) {
  /** A stage that nobody has touched: follows head, epoch 0. */
  public static final StageControl DEFAULT =
      new StageControl(Optional.empty(), Optional.empty(), 0, "", "", Instant.EPOCH);

  /** Checks the epoch. */
  public StageControl {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch: " + epoch + " (expected: 0 or more)");
    }
  }

  /** True when the stage stays where it is. */
  public boolean paused() {
    return pausedAt.isPresent();
  }
}
