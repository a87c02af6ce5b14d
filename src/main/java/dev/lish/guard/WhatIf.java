package dev.lish.guard;

import dev.lish.model.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What would become of a change, before anyone makes it.
 *
 * @param verdict admit, raise, step or hold
 * @param factor that would go out
 * @param now how many hosts of the change would go out, or away, at once
 * @param kept how many hosts of the change would be kept for a while, though their registry has
 *     them no more
 * @param until when these go too or, where none is kept, when the factor goes back; empty: not
 *     known, or neither is so
 * @param safe true: no priority would be in panic, all new hosts being down
 * @param levels priority to its hosts after the change, before any measure
 */
public record WhatIf(
    String verdict,
    int factor,
    int now,
    int kept,
    Optional<Instant> until,
    boolean safe,
    SortedMap<Integer, Level> levels) {

  /**
   * So many hosts more, all down: what the guard decides when their registry has them.
   *
   * @param wanted their priority; empty: the first that there is
   */
  public static WhatIf added(
      Decision decision, Terms terms, int hosts, OptionalInt wanted, Instant now) {
    SortedMap<Integer, Level> after = new TreeMap<>(decision.levels());
    int priority = wanted.orElse(after.isEmpty() ? 0 : after.firstKey());
    Level level = after.getOrDefault(priority, new Level(0, 0, 0));
    after.put(priority, level.plusDown(hosts));
    Decision next =
        Guard.decide(
            Optional.of(decision.base()),
            proposal(Assignments.plus(decision, hosts, priority), terms, decision.waiting()),
            now);
    int sent = next.base().hosts().size() - decision.base().hosts().size();
    String verdict = next.verdict().match(a -> "admit", r -> "raise", s -> "step", h -> "hold");
    boolean safe =
        terms.settings().enabled()
            || PanicRule.safe(
                List.copyOf(after.values()), terms.rules().threshold(), decision.factor());
    return new WhatIf(verdict, next.factor(), Math.max(0, sent), 0, Optional.empty(), safe, after);
  }

  private static Proposal proposal(Resource assignment, Terms terms, Set<String> waiting) {
    return new Proposal(assignment, terms.rules(), terms.settings(), true, waiting, Set.of());
  }

  /**
   * Without these hosts: what the guard decides when their registry has them no more.
   *
   * @param kept those of them that would be kept, {@link Presence#keptWithout}, or are
   * @param until when the last of these would be let go; empty: none is kept
   */
  public static WhatIf removed(
      Decision decision,
      Terms terms,
      Set<String> hosts,
      Set<String> kept,
      Optional<Instant> until,
      Instant now) {
    SortedMap<Integer, Level> after = new TreeMap<>(decision.levels());
    TreeSet<String> gone = new TreeSet<>(decision.base().hosts().keySet());
    gone.removeIf(key -> !hosts.contains(HostKey.place(key)));
    for (String key : gone) {
      Base.Known host = decision.base().hosts().get(key);
      boolean up = host != null && host.settled() && host.passingSince().isPresent();
      after.computeIfPresent(host == null ? -1 : host.priority(), (p, level) -> without(level, up));
    }
    boolean left = after.values().stream().anyMatch(level -> level.available() > 0);
    boolean safe = left && safe(after, terms.rules().threshold(), decision.factor());
    TreeSet<String> away = new TreeSet<>(gone);
    away.removeIf(key -> kept.contains(HostKey.place(key)));
    if (away.size() < gone.size()) {
      int stay = gone.size() - away.size();
      return new WhatIf("hold", decision.factor(), away.size(), stay, until, safe, after);
    }
    Proposal proposal = proposal(Assignments.without(decision, away), terms, Set.of());
    Decision next = Guard.decide(Optional.of(decision.base()), proposal, now);
    Optional<Instant> back =
        next.verdict()
            .match(a -> Optional.empty(), Verdict.Raise::until, s -> s.when(), h -> h.when());
    boolean raised = next.verdict() instanceof Verdict.Raise;
    return new WhatIf(raised ? "raise" : "admit", next.factor(), gone.size(), 0, back, safe, after);
  }

  private static Level without(Level level, boolean up) {
    return up && level.available() > 0
        ? level.without(1)
        : new Level(
            Math.max(level.available(), level.counted() - 1), level.healthy(), level.degraded());
  }

  private static boolean safe(SortedMap<Integer, Level> levels, int threshold, int factor) {
    return PanicRule.safe(List.copyOf(levels.values()), threshold, factor);
  }
}
