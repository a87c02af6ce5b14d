package dev.lish.snapshot;

import dev.lish.guard.Admitted;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that one kind of Envoy should have. Immutable. Its endpoints are {@link Admitted}:
 * there is no other way into it.
 */
@SuppressWarnings("EnumOrdinal") // a list by type: every stream looks its sets up at every change
public final class Snapshot {
  private static final int ENDPOINTS = ResourceType.ENDPOINT.ordinal();

  private final SnapshotKey key;
  private final Revision revision;
  private final int epoch;

  /** By type. */
  private final List<ResourceSet> sets;

  private final Set<String> unanswered;

  private Snapshot(
      SnapshotKey key,
      Revision revision,
      int epoch,
      Map<ResourceType, ResourceSet> sets,
      Set<String> unanswered) {
    this(
        key,
        revision,
        epoch,
        Arrays.stream(ResourceType.values())
            .map(type -> Objects.requireNonNull(sets.get(type), type.label()))
            .toList(),
        unanswered);
  }

  private Snapshot(
      SnapshotKey key,
      Revision revision,
      int epoch,
      List<ResourceSet> sets,
      Set<String> unanswered) {
    this.key = key;
    this.revision = revision;
    this.epoch = epoch;
    this.sets = sets;
    this.unanswered = Set.copyOf(unanswered);
  }

  /**
   * A snapshot.
   *
   * @param sets of everything but endpoints; a type without resources may be absent
   * @param endpoints the assignments that are answered
   * @param unanswered EDS names whose registry has not answered yet: to be met by silence, whereas
   *     a name that is neither here nor in the endpoint set does not exist
   * @throws IllegalArgumentException when the sets have endpoints: the guard has not seen them
   */
  public static Snapshot of(
      Origin origin,
      Map<ResourceType, ResourceSet> sets,
      Collection<Admitted> endpoints,
      Set<String> unanswered) {
    if (sets.containsKey(ResourceType.ENDPOINT)) {
      throw new IllegalArgumentException("endpoints among the sets (expected: admitted ones)");
    }
    EnumMap<ResourceType, ResourceSet> all = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      ResourceSet set = sets.get(type);
      all.put(type, set == null ? ResourceSet.empty(type) : set);
    }
    all.put(
        ResourceType.ENDPOINT,
        ResourceSet.of(ResourceType.ENDPOINT, endpoints.stream().map(Admitted::resource).toList()));
    return new Snapshot(origin.key(), origin.revision(), origin.epoch(), all, unanswered);
  }

  /**
   * Whom a snapshot is for, and where it comes from.
   *
   * @param key whom it is for
   * @param revision of the mesh folder that it was rendered from
   * @param epoch of the stage; part of every version, see {@link dev.lish.model.StageControl}
   */
  public record Origin(SnapshotKey key, Revision revision, int epoch) {}

  /** Whom it is for. */
  public SnapshotKey key() {
    return key;
  }

  /** Of the mesh folder that it was rendered from. */
  public Revision revision() {
    return revision;
  }

  /** Of the stage. */
  public int epoch() {
    return epoch;
  }

  /** EDS names whose registry has not answered yet. */
  public Set<String> unanswered() {
    return unanswered;
  }

  /** The resources of this type. */
  public ResourceSet set(ResourceType type) {
    return sets.get(type.ordinal());
  }

  /** True when this and the other are one group's in one epoch, and equal but for the endpoints. */
  public boolean differsInEndpoints(Snapshot other) {
    for (int type = 0; type < sets.size(); type++) {
      if (type != ENDPOINTS && !sets.get(type).equals(other.sets.get(type))) {
        return false;
      }
    }
    return epoch == other.epoch && key.equals(other.key);
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
    return version(sets, epoch);
  }

  /** The version of all these sets together. */
  public static Version version(Collection<ResourceSet> sets, int epoch) {
    ContentHash sum = ContentHash.EMPTY;
    for (ResourceSet set : sets) {
      sum = sum.plus(set.hash());
    }
    return Version.of(sum, epoch);
  }

  /** This snapshot in another epoch. */
  public Snapshot withEpoch(int other) {
    return new Snapshot(key, revision, other, sets, unanswered);
  }

  /** This snapshot with other assignments of these names; one that is empty is gone. */
  public Snapshot withEndpoints(
      Map<String, Optional<Admitted>> changes, Set<String> stillUnanswered) {
    Map<String, Optional<Resource>> resources = new HashMap<>();
    changes.forEach((name, change) -> resources.put(name, change.map(Admitted::resource)));
    List<ResourceSet> next = new ArrayList<>(sets);
    next.set(ENDPOINTS, sets.get(ENDPOINTS).with(resources));
    return new Snapshot(key, revision, epoch, List.copyOf(next), stillUnanswered);
  }

  /**
   * This snapshot rewritten for a rehearsal, whose Envoys have no traffic that could be harmed: the
   * one way past the guard. The build sees to it that only {@code dev.lish.trial} calls it.
   *
   * @param rewritten one set per type, every type present
   */
  public Snapshot rehearsed(Map<ResourceType, ResourceSet> rewritten) {
    return new Snapshot(key, revision, epoch, rewritten, unanswered);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Snapshot that
        && epoch == that.epoch
        && key.equals(that.key)
        && revision.equals(that.revision)
        && sets.equals(that.sets)
        && unanswered.equals(that.unanswered);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, revision, epoch, sets, unanswered);
  }

  @Override
  public String toString() {
    return key + "@" + revision + " " + sets;
  }
}
