package dev.lish.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.guard.Admitted;
import dev.lish.guard.Base;
import dev.lish.guard.Decision;
import dev.lish.guard.Guard;
import dev.lish.guard.HostKey;
import dev.lish.guard.Proposal;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.source.Hold;
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
  private final Holding holding;
  private final Map<Guarded, Decision> decisions = new HashMap<>();

  private final Map<Guarded, String> ofs = new HashMap<>();

  /** The hosts that had to wait when it was decided. */
  private final Map<Guarded, Set<String>> waited = new HashMap<>();

  Guards(Memory memory, Holding holding) {
    this.memory = memory;
    this.holding = holding;
  }

  /**
   * Has the guard look at a wanted assignment. What it makes of it is kept before it is returned.
   *
   * @param unheard places of hosts whose registry does not answer
   */
  Admitted admit(
      Guarded guarded, Resource wanted, boolean knowsHealth, Set<String> unheard, Instant now) {
    Optional<Base> base = base(guarded);
    String of = of(guarded);
    Set<String> waiting = holding.active(Hold.Kind.WAITING, of, now).keySet();
    Set<String> due = new HashSet<>(holding.entries(Hold.Kind.WAITING, of).keySet());
    due.removeAll(waiting);
    Proposal proposal =
        new Proposal(
            wanted,
            guarded.terms().rules(),
            guarded.terms().settings(),
            knowsHealth,
            waiting,
            due,
            unheard);
    Decision decision = Guard.decide(base, proposal, now);
    if (!decision.waiting().equals(waiting)) {
      holding.wait(of, decision.waiting(), guarded.terms().settings().longestRaise(), now);
    }
    if (!base.equals(Optional.of(decision.base()))) {
      memory.keepBase(guarded.spec().name(), variant(guarded), decision.base());
    }
    decisions.put(guarded, decision);
    waited.put(guarded, Set.copyOf(waiting));
    return decision.admitted();
  }

  /** What was sent last; empty: not known. */
  Optional<Base> base(Guarded guarded) {
    Decision last = decisions.get(guarded);
    return last == null ? known(guarded) : Optional.of(last.base());
  }

  /** The base of an earlier revision or run. */
  private Optional<Base> known(Guarded guarded) {
    return decisions.entrySet().stream()
        .filter(e -> e.getKey().spec().name().equals(guarded.spec().name()))
        .map(e -> e.getValue().base())
        .findFirst()
        .or(() -> memory.base(guarded.spec().name(), variant(guarded)));
  }

  /** What a hold of it is of: the same on all replicas. */
  String of(Guarded guarded) {
    return ofs.computeIfAbsent(
        guarded, one -> one.spec().name() + " " + ContentHash.of(variant(one).getBytes(UTF_8)));
  }

  private static String variant(Guarded guarded) {
    return guarded.spec().fingerprint() + guarded.terms().rules() + guarded.terms().settings();
  }

  /** The hosts that were added and have not counted as up yet, by {@code ADDRESS:PORT}. */
  Set<String> coming(Guarded guarded) {
    Set<String> coming = new HashSet<>();
    Decision decision = decisions.get(guarded);
    if (decision != null) {
      decision
          .base()
          .hosts()
          .forEach(
              (key, known) -> {
                if (!known.settled() && !known.inherited()) {
                  coming.add(HostKey.place(key));
                }
              });
    }
    return coming;
  }

  /** Forgets all but these. */
  void retain(Collection<Guarded> used) {
    Set<String> before = new HashSet<>(ofs.values());
    decisions.keySet().retainAll(used);
    waited.keySet().retainAll(used);
    ofs.keySet().retainAll(used);
    before.removeAll(ofs.values());
    // Who uses it still, such as a replica that is a little behind, says so again.
    before.forEach(of -> holding.forget(Hold.Kind.WAITING, of));
  }

  private boolean isOver(Guarded guarded, Instant now) {
    String of = of(guarded);
    Set<String> before = waited.getOrDefault(guarded, Set.of());
    if (before.isEmpty() && !holding.of(Hold.Kind.WAITING).contains(of)) {
      return false;
    }
    return !holding.active(Hold.Kind.WAITING, of, now).keySet().equals(before);
  }

  /** Those on which must be decided again though nothing changed. */
  Set<Guarded> due(Instant now) {
    Set<Guarded> due = new HashSet<>();
    decisions.forEach(
        (guarded, decision) -> {
          boolean look = decision.look().map(at -> !at.isAfter(now)).orElse(false);
          if (look || isOver(guarded, now)) {
            due.add(guarded);
          }
        });
    return due;
  }

  Map<Guarded, Decision> decisions() {
    return decisions;
  }
}
