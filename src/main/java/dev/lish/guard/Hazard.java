package dev.lish.guard;

import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a revision would do to hosts, in one sentence.
 *
 * @param clusters whose hosts
 * @param text the sentence; empty: it will show in a moment whether there is one
 * @param path the mesh file that says so
 * @param line in it, from 1; 0: not known
 */
public record Hazard(SortedSet<String> clusters, String text, String path, int line)
    implements Comparable<Hazard> {
  private static final Comparator<Hazard> ORDER =
      Comparator.comparing(Hazard::text).thenComparing(Hazard::path).thenComparingInt(Hazard::line);

  /** Copies the set. */
  public Hazard {
    clusters = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(clusters));
  }

  @Override
  public int compareTo(Hazard other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return text;
  }
}
