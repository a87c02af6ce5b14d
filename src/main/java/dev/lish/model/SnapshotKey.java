package dev.lish.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a snapshot is for: the Envoys of one stage and group with the same {@code by} values.
 *
 * @param stage the stage
 * @param group the group
 * @param by node key to value, e.g. {@code locality.zone} to {@code tokyo-1}
 */
public record SnapshotKey(String stage, String group, SortedMap<String, String> by) {
  /** Copies the map. */
  public SnapshotKey {
    by = Collections.unmodifiableSortedMap(new TreeMap<>(by));
  }

  /** For example {@code release/edge?locality.zone=tokyo-1}. */
  @Override
  public String toString() {
    String query =
        by.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining("&"));
    return stage + "/" + group + (query.isEmpty() ? "" : "?" + query);
  }
}
