package dev.lish.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
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
   * @param excluded does not count at all, and yet gets traffic in panic
   * @param weight counts where the assignment says {@code weighted_priority_health}, else 1
   */
  record Seen(int priority, boolean healthy, boolean degraded, boolean excluded, long weight) {
    Seen(int priority, boolean healthy, boolean degraded) {
      this(priority, healthy, degraded, false, 1);
    }
  }

  /** The threshold in force: the runtime's, or what a double makes of the configured percentage. */
  static int threshold(double percent) {
    double fraction = percent / 100.0;
    double scaled = fraction * 100;
    return (int) Math.floor(scaled);
  }

  /** The threshold in force where a runtime layer may win over the cluster. */
  static int threshold(double percent, OptionalInt runtime) {
    return runtime.isPresent() ? Math.min(100, runtime.getAsInt()) : threshold(percent);
  }

  /** The priorities in which every listed host gets traffic. */
  static List<Integer> panics(Collection<Seen> hosts, int threshold, long factor) {
    TreeMap<Integer, List<Seen>> levels = new TreeMap<>();
    hosts.forEach(h -> levels.computeIfAbsent(h.priority(), p -> new ArrayList<>()).add(h));
    long availability = 0;
    for (List<Seen> level : levels.values()) {
      long all = weight(level, false, false);
      if (all > 0) {
        availability += Math.min(100, Math.floorDiv(factor * weight(level, true, false), all));
        availability += Math.min(100, Math.floorDiv(factor * weight(level, false, true), all));
      }
    }
    List<Integer> panics = new ArrayList<>();
    if (availability >= 100) {
      return panics;
    }
    levels.forEach(
        (priority, level) -> {
          double all = level.stream().filter(h -> !h.excluded()).count();
          double healthy = level.stream().filter(h -> h.healthy() && !h.excluded()).count();
          double degraded =
              level.stream().filter(h -> h.degraded() && !h.healthy() && !h.excluded()).count();
          double percent = all == 0 ? 0 : 100.0 * healthy / all + 100.0 * degraded / all;
          if (percent < threshold) {
            panics.add(priority);
          }
        });
    return panics;
  }

  /** Of all that count, or of those of them that are only healthy or only degraded. */
  private static long weight(List<Seen> level, boolean healthy, boolean degraded) {
    return level.stream()
        .filter(host -> !host.excluded())
        .filter(host -> !healthy || host.healthy())
        .filter(host -> !degraded || (host.degraded() && !host.healthy()))
        .mapToLong(Seen::weight)
        .sum();
  }
}
