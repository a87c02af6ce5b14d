package dev.lish.trial;

import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.Received;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A request and what came of it.
 *
 * @param answer empty: there was none
 * @param trouble why there was no answer; else empty
 * @param took from the request to the whole answer
 * @param received what came to upstreams meanwhile, in order
 */
record Exchange(Optional<Answer> answer, String trouble, Duration took, List<Received> received) {
  Exchange {
    received = List.copyOf(received);
  }
}
