package dev.lish.snapshot;

import dev.lish.model.ContentHash;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Everything that one kind of Envoy should have. Immutable.
 *
 * @param key whom it is for
 * @param revision of the mesh folder that it was rendered from
 * @param epoch of the stage; part of every version, see {@link dev.lish.model.StageControl}
 * @param sets one per type, every type present
 * @param unanswered EDS names whose registry has not answered yet: to be met by silence, whereas a
 *     name that is neither here nor in the endpoint set does not exist
 */
public record Snapshot(
    SnapshotKey key,
    Revision revision,
    int epoch,
    Map<ResourceType, ResourceSet> sets,
    Set<String> unanswered) {
  /** Copies the collections; fills in empty sets for types without resources. */
  public Snapshot {
    EnumMap<ResourceType, ResourceSet> all = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      ResourceSet set = sets.get(type);
      all.put(type, set == null ? ResourceSet.empty(type) : set);
    }
    sets = Collections.unmodifiableMap(all);
    unanswered = Set.copyOf(unanswered);
  }

  /** The resources of this type. */
  public ResourceSet set(ResourceType type) {
    ResourceSet set = sets.get(type);
    if (set == null) {
      throw new IllegalStateException(type + " is missing, though the constructor fills it in");
    }
    return set;
  }

  /** The version of the whole set of this type. */
  public Version version(ResourceType type) {
    return Version.of(set(type).hash(), epoch);
  }

  /** The version of exactly these names and their contents. */
  public Version version(ResourceType type, Collection<String> names) {
    return Version.of(set(type).hash(names), epoch);
  }

  /** The version of everything together. */
  public Version version() {
    ContentHash sum = ContentHash.EMPTY;
    for (ResourceSet set : sets.values()) {
      sum = sum.plus(set.hash());
    }
    return Version.of(sum, epoch);
  }

  /** This snapshot with other endpoints. */
  public Snapshot withEndpoints(ResourceSet endpoints, Set<String> stillUnanswered) {
    EnumMap<ResourceType, ResourceSet> next = new EnumMap<>(sets);
    next.put(ResourceType.ENDPOINT, endpoints);
    return new Snapshot(key, revision, epoch, next, stillUnanswered);
  }
}
