package dev.lish.pipeline;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Since when there is something that is not published yet. */
final class Noticed {
  private final Clock clock;

  /** Null: nothing since the last step began. */
  private final AtomicReference<@Nullable Instant> told = new AtomicReference<>();

  /** Only for the pipeline's thread. */
  private Optional<Instant> since = Optional.empty();

  Noticed(Clock clock) {
    this.clock = clock;
  }

  /** A source told of something. From any thread. */
  void now() {
    if (told.get() == null) {
      told.compareAndSet(null, clock.instant());
    }
  }

  /** A step of the loop begins: it sees all that was told until now. */
  void stepBegins() {
    Instant latest = told.getAndSet(null);
    since = since.isPresent() ? since : Optional.ofNullable(latest);
  }

  /** When a source told of what is published now. */
  Instant since() {
    return since.orElseGet(clock::instant);
  }

  /** The step is over; true: what was told is on its way still, with a render. */
  void stepEnds(boolean pending) {
    since = pending ? since : Optional.empty();
  }
}
