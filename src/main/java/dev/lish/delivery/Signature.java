package dev.lish.delivery;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.time.Instant;
import java.util.Optional;

/**
 * Who gave an order, why and when.
 *
 * @param by a person or a job
 * @param reason in a sentence
 * @param at when
 */
public record Signature(String by, String reason, Instant at) {
  Decision set(Optional<Revision> revision, Optional<Revision> pausedAt, int epoch) {
    return new Decision.Set(new StageControl(revision, pausedAt, epoch, by, reason, at));
  }
}
