package dev.lish.source;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is known of a part of the world. A broken world is a state, not an exception: whoever reads
 * it goes on with the last value.
 *
 * @param <T> the value's type; immutable
 */
public sealed interface SourceState<T> {
  /** The source answers, and said this last, then. */
  record Current<T>(T value, Instant at) implements SourceState<T> {}

  /**
   * The source does not answer since then, for this cause; the value is the last that it gave.
   *
   * @param partly true: it does answer, but a part of what it says cannot be used
   */
  record Stale<T>(T value, Instant since, String cause, boolean partly) implements SourceState<T> {
    /** It does not answer at all. */
    public Stale(T value, Instant since, String cause) {
      this(value, since, cause, false);
    }
  }

  /** The source has never answered; the cause is empty while it is still being asked. */
  record Missing<T>(String cause) implements SourceState<T> {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Current<T>, R> current,
      Function<Stale<T>, R> stale,
      Function<Missing<T>, R> missing) {
    if (this instanceof Current<T> c) {
      return current.apply(c);
    }
    return this instanceof Stale<T> s ? stale.apply(s) : missing.apply((Missing<T>) this);
  }

  /** The value, current or stale. */
  default Optional<T> last() {
    return match(c -> Optional.of(c.value()), s -> Optional.of(s.value()), m -> Optional.empty());
  }

  /** Why the source does not answer; empty when it does. */
  default String cause() {
    return match(c -> "", Stale::cause, Missing::cause);
  }

  /** True when it answers, be it that a part of what it says cannot be used. */
  default boolean answers() {
    return match(c -> true, Stale::partly, m -> false);
  }

  /**
   * The same knowledge, now that the source failed at this time. An outage keeps its first time.
   */
  default SourceState<T> failed(Instant now, String why) {
    return match(
        c -> new Stale<>(c.value(), now, why),
        s -> new Stale<>(s.value(), s.since(), why),
        m -> new Missing<>(why));
  }
}
