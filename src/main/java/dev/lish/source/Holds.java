package dev.lish.source;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that replicas keep back, and what operators let go of it.
 *
 * @param holds by name
 * @param releases by cluster
 */
public record Holds(SortedMap<String, Hold> holds, SortedMap<String, Release> releases) {
  /** Nothing is kept back. */
  public static final Holds NONE = new Holds(new TreeMap<>(), new TreeMap<>());

  /** Copies the maps. */
  public Holds {
    holds = Collections.unmodifiableSortedMap(new TreeMap<>(holds));
    releases = Collections.unmodifiableSortedMap(new TreeMap<>(releases));
  }

  /** The hosts that such a hold has, let go or not. */
  public SortedMap<String, Hold.Entry> entries(Hold.Kind kind, String of) {
    Hold hold = holds.get(Hold.name(kind, of));
    return hold == null ? Collections.emptySortedMap() : hold.hosts();
  }

  /** True when an operator let this go. */
  public boolean isReleased(String of, Hold.Entry entry) {
    return releases.values().stream()
        .anyMatch(r -> r.of().contains(of) && !r.at().isBefore(entry.since()));
  }

  /** True when a host is still kept back. */
  public boolean isActive(String of, Hold.Entry entry, Instant now) {
    return now.isBefore(entry.until()) && !isReleased(of, entry);
  }
}
