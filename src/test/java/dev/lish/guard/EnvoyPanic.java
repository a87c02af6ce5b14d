package dev.lish.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Envoy's own rule, written down a second time and in another way than the guard's: host by host,
 * in exact fractions and doubles, as seen from outside. Panic is a list of priorities.
 */
final class EnvoyPanic {
  private EnvoyPanic() {}

  /**
   * A host as Envoy sees it.
   *
   * @param priority where it is
   * @param healthy passes all checks
   * @param degraded passes, but is used last
   */
  record Seen(int priority, boolean healthy, boolean degraded) {}

  /** The threshold in force: the runtime's, or what a double makes of the configured percentage. */
  static int threshold(double percent) {
    double fraction = percent / 100.0;
    double scaled = fraction * 100;
    return (int) Math.floor(scaled);
  }

  /** The priorities in which every listed host gets traffic. */
  static List<Integer> panics(Collection<Seen> hosts, int threshold, long factor) {
    TreeMap<Integer, List<Seen>> levels = new TreeMap<>();
    hosts.forEach(h -> levels.computeIfAbsent(h.priority(), p -> new ArrayList<>()).add(h));
    long availability = 0;
    for (List<Seen> level : levels.values()) {
      long healthy = level.stream().filter(Seen::healthy).count();
      long degraded = level.stream().filter(h -> h.degraded() && !h.healthy()).count();
      availability += Math.min(100, Math.floorDiv(factor * healthy, level.size()));
      availability += Math.min(100, Math.floorDiv(factor * degraded, level.size()));
    }
    List<Integer> panics = new ArrayList<>();
    if (availability >= 100) {
      return panics;
    }
    levels.forEach(
        (priority, level) -> {
          double up = level.stream().filter(h -> h.healthy() || h.degraded()).count();
          if (100.0 * up / level.size() < threshold) {
            panics.add(priority);
          }
        });
    return panics;
  }
}
