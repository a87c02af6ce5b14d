package dev.lish.delivery;

import dev.lish.model.StageControl;
import java.util.function.Function;

/** What comes of an order. */
public sealed interface Decision {
  /** This is to be set. */
  record Set(StageControl control) implements Decision {}

  /** It is so already; the text completes "stage X …". */
  record Nothing(String because) implements Decision {}

  /** It cannot be done; the text completes "stage X …". */
  record Senseless(String because) implements Decision {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Set, R> set, Function<Nothing, R> nothing, Function<Senseless, R> senseless) {
    if (this instanceof Set s) {
      return set.apply(s);
    }
    return this instanceof Nothing n ? nothing.apply(n) : senseless.apply((Senseless) this);
  }
}
