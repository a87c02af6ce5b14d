package dev.lish.pipeline;

import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * May these targets be taken out, with what remains? Pure.
 *
 * @param now what is drained
 * @param next what would be drained
 * @param coming places of hosts that were added and have never been up: they are no part of what
 *     carries the load
 */
record DrainCheck(Drained now, Drained next, Set<String> coming) {
  /**
   * Of a hundred registered hosts so many must stay up, also where a cluster's panic threshold is
   * lower. Half is Envoy's default for the least that can carry a cluster's load.
   */
  private static final int LEAST_PERCENT = 50;

  /**
   * With more than 100 / 1.4 percent up there is no panic whatever the threshold: the default
   * overprovisioning factor makes their availability 100.
   */
  private static final int MOST_PERCENT = 72;

  /**
   * What would remain of an assignment.
   *
   * @param name of the assignment
   * @param registered hosts that registries list for it, in whatever state
   * @param up of these, now
   * @param left of these, afterwards
   * @param percent of the registered that must be left
   */
  record Remains(String name, int registered, int up, int left, int percent) {
    /** True when the target takes something from it. */
    boolean touched() {
      return left < up;
    }

    boolean tooFew() {
      return touched() && (left == 0 || 100 * left < percent * registered);
    }

    int least() {
      return Math.max(1, (percent * registered + 99) / 100);
    }

    @Override
    public String toString() {
      return "%s: %d of %d registered would stay up, now %d (expected: %d or more)"
          .formatted(name, left, registered, up, least());
    }
  }

  /**
   * Counts each place once.
   *
   * @param lists what the registries say of the assignment's queries
   * @param threshold the cluster's panic threshold, in percent
   */
  Remains remains(String name, List<List<Instance>> lists, int threshold) {
    Set<String> registered = new HashSet<>();
    Set<String> up = new HashSet<>();
    Set<String> left = new HashSet<>();
    for (List<Instance> list : lists) {
      for (Instance instance : list) {
        String place = Drained.place(instance);
        boolean takesTraffic =
            instance.health() != Health.CRITICAL && instance.health() != Health.MAINTENANCE;
        if (takesTraffic || !coming.contains(place)) {
          registered.add(place);
        }
        if (takesTraffic && !now.covers(instance)) {
          up.add(place);
        }
        if (takesTraffic && !next.covers(instance)) {
          left.add(place);
        }
      }
    }
    int percent = Math.max(LEAST_PERCENT, Math.min(threshold, MOST_PERCENT));
    return new Remains(name, registered.size(), up.size(), left.size(), percent);
  }

  /** Why it must not be; empty when it may. */
  static Optional<String> refusal(List<Remains> all) {
    TreeMap<String, Remains> tooFew = new TreeMap<>();
    all.stream().filter(Remains::tooFew).forEach(r -> tooFew.put(r.name(), r));
    if (tooFew.isEmpty()) {
      return Optional.empty();
    }
    String shown =
        String.join("; ", tooFew.values().stream().limit(10).map(Remains::toString).toList());
    String more = tooFew.size() > 10 ? "; and " + (tooFew.size() - 10) + " more" : "";
    return Optional.of(
        "too little would be left of " + shown + more + "; --force drains all the same");
  }
}
