package dev.lish.guard;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What would become of a change, before anyone makes it.
 *
 * @param verdict admit, raise or step
 * @param factor that would go out
 * @param now how many hosts of the change would go out at once
 * @param safe true: no priority would be in panic, all new hosts being down
 * @param levels priority to its hosts after the change, before any measure
 */
public record WhatIf(
    String verdict, int factor, int now, boolean safe, SortedMap<Integer, Level> levels) {

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
      return new WhatIf("admit", decision.factor(), hosts, safe, after);
    }
    boolean alone = after.size() == 1 && !terms.rules().localityWeighted();
    if (alone || level.counted() == 0) {
      int fewest =
          level.counted() == 0
              ? 1
              : PanicRule.fewest(level.counted(), threshold, decision.written());
      int factor = PanicRule.factor(level.counted() + hosts, fewest);
      return new WhatIf("raise", Math.max(factor, decision.factor()), hosts, true, after);
    }
    int fits =
        Headroom.of(List.copyOf(before.values()), threshold, decision.factor())
            .get(before.headMap(priority).size())
            .addable()
            .orElse(hosts);
    return new WhatIf("step", decision.factor(), Math.min(fits, hosts), true, after);
  }

  /** Without these hosts. */
  public static WhatIf removed(Decision decision, Terms terms, Set<String> hosts) {
    SortedMap<Integer, Level> after = new TreeMap<>(decision.levels());
    int gone = 0;
    for (Map.Entry<String, Base.Known> host : decision.base().hosts().entrySet()) {
      if (hosts.contains(host.getKey())) {
        gone++;
        boolean up = host.getValue().settled() && host.getValue().passingSince().isPresent();
        after.computeIfPresent(
            host.getValue().priority(),
            (p, level) ->
                up && level.available() > 0
                    ? level.without(1)
                    : new Level(level.counted() - 1, level.healthy(), level.degraded()));
      }
    }
    boolean left = after.values().stream().anyMatch(level -> level.available() > 0);
    boolean safe = left && safe(after, terms.rules().threshold(), decision.factor());
    return new WhatIf(safe ? "admit" : "raise", decision.factor(), gone, safe, after);
  }

  private static boolean safe(SortedMap<Integer, Level> levels, int threshold, int factor) {
    return PanicRule.safe(List.copyOf(levels.values()), threshold, factor);
  }
}
