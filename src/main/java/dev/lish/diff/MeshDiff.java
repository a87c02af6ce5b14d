package dev.lish.diff;

import dev.lish.delivery.Growth;
import dev.lish.model.SnapshotKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What differs between two sets of snapshots.
 *
 * @param kinds in the order of stages and groups; those that are equal have no changes
 * @param jumps what doubles or loses half, so that a server would hold it, see {@link Growth}
 */
public record MeshDiff(Map<SnapshotKey, List<ResourceChange>> kinds, List<String> jumps) {
  /** Copies the collections. */
  public MeshDiff {
    LinkedHashMap<SnapshotKey, List<ResourceChange>> copy = new LinkedHashMap<>();
    kinds.forEach((key, changes) -> copy.put(key, List.copyOf(changes)));
    kinds = Collections.unmodifiableMap(copy);
    jumps = List.copyOf(jumps);
  }

  /** Every change of every kind. */
  public Stream<ResourceChange> all() {
    return kinds.values().stream().flatMap(List::stream);
  }

  /** True when some resource is on one side only, as this says. */
  public boolean has(ResourceChange.Kind kind) {
    return all().anyMatch(change -> change.kind() == kind);
  }

  /** True when nothing differs. */
  public boolean isEmpty() {
    return all().findAny().isEmpty();
  }
}
