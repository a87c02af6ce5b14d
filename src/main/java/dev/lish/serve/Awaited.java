package dev.lish.serve;

import dev.lish.snapshot.ResourceSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The assignments of added or changed clusters for which listeners and routes of a stream wait, by
 * EDS name, each with the time since when. Times are microseconds.
 */
final class Awaited {
  private final long wait;
  private final ClusterNames names;
  private final Map<String, Long> since = new HashMap<>(0);

  Awaited(long wait, ClusterNames names) {
    this.wait = wait;
    this.names = names;
  }

  void add(Collection<String> assignments, long now) {
    assignments.forEach(name -> since.put(name, now));
  }

  boolean has(String assignment) {
    return since.containsKey(assignment);
  }

  boolean isEmpty() {
    return since.isEmpty();
  }

  int size() {
    return since.size();
  }

  /** All of them were accepted, or took too long. */
  boolean came(ResourceSet clusters, @Nullable TypeStream endpoints, long now) {
    return allCame(clusters, endpoints) || since.values().stream().allMatch(at -> now - at >= wait);
  }

  /**
   * All of them were accepted.
   *
   * @param clusters that the client has: what none of them asks for is waited for no more
   */
  boolean allCame(ResourceSet clusters, @Nullable TypeStream endpoints) {
    if (since.isEmpty() || endpoints == null) {
      return true;
    }
    Set<String> wanted = names.of(clusters);
    since.keySet().removeIf(name -> !wanted.contains(name) || endpoints.answered(name));
    return since.isEmpty();
  }

  /** When the next of them will have taken too long; the largest number: never. */
  long wakeAt(long now) {
    long wake = Long.MAX_VALUE;
    for (long at : since.values()) {
      wake = Sequencer.later(wake, at + wait, now);
    }
    return wake;
  }
}
