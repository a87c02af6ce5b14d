package dev.lish.guard;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * On what terms an assignment's hosts may change: what is configured for the clusters that use it.
 *
 * @param clusters their names
 * @param rules of the clusters
 * @param settings of the guard for them
 * @param joins how long at most a new host takes to get traffic once it passes, as {@link Joining}
 *     says; of the slowest cluster
 */
public record Terms(
    SortedSet<String> clusters, ClusterRules rules, GuardSettings settings, Duration joins) {
  /** Of an assignment that no cluster uses. */
  public static final Terms NONE =
      new Terms(new TreeSet<>(), ClusterRules.DEFAULT, GuardSettings.DEFAULT, Duration.ZERO);

  /** Copies the set. */
  public Terms {
    clusters = Collections.unmodifiableSortedSet(new TreeSet<>(clusters));
  }

  /** Terms that are safe for both. */
  public Terms and(Terms other) {
    TreeSet<String> both = new TreeSet<>(clusters);
    both.addAll(other.clusters);
    return new Terms(
        both,
        rules.and(other.rules),
        settings.and(other.settings),
        joins.compareTo(other.joins) >= 0 ? joins : other.joins);
  }
}
