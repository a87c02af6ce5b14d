package dev.lish.pipeline;

import dev.lish.guard.Admitted;
import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.guard.Guard;
import dev.lish.guard.Proposal;
import dev.lish.model.Resource;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was decided last of every assignment, and what it was decided on. Confined to the pipeline's
 * thread.
 */
final class Guards {
  private final Memory memory;
  private final Map<Guarded, Decision> decisions = new HashMap<>();

  Guards(Memory memory) {
    this.memory = memory;
  }

  /**
   * Has the guard look at a wanted assignment. What it makes of it is kept before it is returned.
   */
  Admitted admit(Guarded guarded, Resource wanted, boolean knowsHealth, Instant now) {
    Decision last = decisions.get(guarded);
    Optional<Base> base = last == null ? known(guarded) : Optional.of(last.base());
    Proposal proposal =
        new Proposal(
            wanted,
            guarded.terms().rules(),
            guarded.terms().settings(),
            knowsHealth,
            Set.of(),
            Set.of());
    Decision decision = Guard.decide(base, proposal, now);
    if (!base.equals(Optional.of(decision.base()))) {
      memory.keepBase(guarded.spec().name(), variant(guarded), decision.base());
    }
    decisions.put(guarded, decision);
    return decision.admitted();
  }

  /** The base of an earlier revision or run. */
  private Optional<Base> known(Guarded guarded) {
    return decisions.entrySet().stream()
        .filter(e -> e.getKey().spec().name().equals(guarded.spec().name()))
        .map(e -> e.getValue().base())
        .findFirst()
        .or(() -> memory.base(guarded.spec().name(), variant(guarded)));
  }

  private static String variant(Guarded guarded) {
    return guarded.spec().fingerprint() + guarded.terms().rules() + guarded.terms().settings();
  }

  /** Forgets all but these. */
  void retain(Collection<Guarded> used) {
    decisions.keySet().retainAll(used);
  }

  /** Those on which must be decided again though nothing changed. */
  Set<Guarded> due(Instant now) {
    Set<Guarded> due = new HashSet<>();
    decisions.forEach(
        (guarded, decision) -> {
          if (decision.look().map(at -> !at.isAfter(now)).orElse(false)) {
            due.add(guarded);
          }
        });
    return due;
  }

  Map<Guarded, Decision> decisions() {
    return decisions;
  }
}
