package dev.lish.guard;

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
   * So many hosts more, all down.
   *
   * @param wanted their priority; empty: the first that there is
   */
  public static WhatIf added(Decision decision, Terms terms, int hosts, OptionalInt wanted) {
    SortedMap<Integer, Level> before = new TreeMap<>(decision.levels());
    int priority = wanted.orElse(before.isEmpty() ? 0 : before.firstKey());
    Level level = before.getOrDefault(priority, new Level(0, 0, 0));
    before.put(priority, level);
    SortedMap<Integer, Level> after = new TreeMap<>(before);
    after.put(priority, level.plusDown(hosts));
    int threshold = terms.rules().threshold();
    boolean safe = safe(after, threshold, decision.factor());
    if (safe || !terms.settings().enabled()) {
      return added("admit", decision.factor(), hosts, safe, after);
    }
    boolean alone = after.size() == 1 && !terms.rules().localityWeighted();
    if (alone || level.counted() == 0) {
      int fewest =
          level.counted() == 0
              ? 1
              : PanicRule.fewest(level.counted(), threshold, decision.written());
      int factor = PanicRule.factor(level.counted() + hosts, fewest);
      return added("raise", Math.max(factor, decision.factor()), hosts, true, after);
    }
    int fits =
        Headroom.of(List.copyOf(before.values()), threshold, decision.factor())
            .get(before.headMap(priority).size())
            .addable()
            .orElse(hosts);
    return added("step", decision.factor(), Math.min(fits, hosts), true, after);
  }

  private static WhatIf added(
      String verdict, int factor, int now, boolean safe, SortedMap<Integer, Level> after) {
    return new WhatIf(verdict, factor, now, 0, Optional.empty(), safe, after);
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
    Proposal proposal =
        new Proposal(
            Assignments.without(decision, away),
            terms.rules(),
            terms.settings(),
            true,
            Set.of(),
            Set.of());
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
