package dev.lish.render;

import dev.lish.guard.GuardSettings;
import java.util.List;

/**
 * The {@code guard:} of {@code mesh.yaml}.
 *
 * @param all for clusters that none of the entries names
 * @param clusters entries for some, the first that matches counts
 */
public record GuardLimits(GuardSettings all, List<Entry> clusters) {
  /** Nothing is set. */
  public static final GuardLimits DEFAULT = new GuardLimits(GuardSettings.DEFAULT, List.of());

  /** Copies the list. */
  public GuardLimits {
    clusters = List.copyOf(clusters);
  }

  /**
   * For the clusters of these names.
   *
   * @param name a glob
   */
  public record Entry(String name, GuardSettings settings) {}

  /** What is set for a cluster. */
  public GuardSettings of(String cluster) {
    return clusters.stream()
        .filter(entry -> new Glob(entry.name()).matches(cluster))
        .findFirst()
        .map(Entry::settings)
        .orElse(all);
  }
}
