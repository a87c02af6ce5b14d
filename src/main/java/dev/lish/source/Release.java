package dev.lish.source;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * That an operator let go what was kept back for a cluster.
 *
 * @param cluster whose hosts
 * @param of what its holds are of
 * @param by who
 * @param reason why
 * @param at what was kept back before this time is let go
 */
public record Release(String cluster, SortedSet<String> of, String by, String reason, Instant at) {
  /** Copies the set. */
  public Release {
    of = Collections.unmodifiableSortedSet(new TreeSet<>(of));
  }
}
