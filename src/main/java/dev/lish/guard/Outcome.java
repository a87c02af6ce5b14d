package dev.lish.guard;

import java.util.Set;

/**
 * What goes out.
 *
 * @param factor the overprovisioning factor with which it does
 * @param waiting hosts that must wait: with them, all down, Envoys would be in panic
 */
record Outcome(int factor, Verdict verdict, Set<String> waiting) {
  /** Nothing waits. */
  Outcome(int factor, Verdict verdict) {
    this(factor, verdict, Set.of());
  }
}
