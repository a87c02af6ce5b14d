package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.ResourceSet.Difference;
import dev.lish.snapshot.Snapshot;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What all streams compute alike, computed once: what a stream costs is what differs between it and
 * the others.
 */
final class Shared {
  static final Comparator<Resource> BY_NAME = Comparator.comparing(Resource::name);

  private static final long MOST_STEP_BYTES = 16L << 20;

  /** Characters of all names that are asked for by the same streams, with 64 for each name. */
  private static final long MOST_NAMES = 32L << 20;

  /** Of all sets that are remembered; one of 1,000 clusters takes some 50 KiB beside the others. */
  private static final long MOST_KNOWN_RESOURCES = 512L << 10;

  private final Encoder encoder;
  private final ClusterNames clusterNames = new ClusterNames();
  private final Mentions mentions = new Mentions();
  private final Recent<Pair, Difference> differences = Recent.ofCount(256);
  private final Recent<Kept, ResourceSet> kept = Recent.ofCount(64);
  private final Recent<Whole, List<Resource>> wholes = Recent.ofCount(256);
  private final Recent<Asked, Part> parts = new Recent<>(MOST_NAMES, Part::weight);
  private final Recent<Known, ResourceSet> known =
      new Recent<>(MOST_KNOWN_RESOURCES, set -> set.byName().size() + 16L);
  private final Recent<Between, Optional<ResourceSet>> between = Recent.ofCount(256);
  private final Recent<Step, Optional<Draft>> steps =
      new Recent<>(
          MOST_STEP_BYTES,
          d -> d.map(x -> x.payload().bytes().length).orElse(0) + 256L,
          Encoder.OLDEST,
          System::nanoTime);

  /** When listeners of a snapshot may last have been changed or removed, in microseconds. */
  private final Map<SnapshotKey, Long> listenersReplaced = new ConcurrentHashMap<>();

  private volatile BiConsumer<Version, ResourceSet> keeper = (version, set) -> {};
  private volatile Optional<Taken> lastTaken = Optional.empty();

  Shared(XdsMeter meter) {
    encoder = new Encoder(meter);
  }

  private record Pair(ResourceType type, ContentHash older, ContentHash newer) {}

  private record Kept(ResourceType type, ContentHash newer, ContentHash older, Set<String> names) {}

  /**
   * From what a stream has to what it should have.
   *
   * @param names subscribed to; shared instances, so they are compared as such
   */
  record Step(
      Kind kind, ContentHash older, ContentHash newer, boolean wildcard, Set<String> names) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Step that
          && names == that.names
          && wildcard == that.wildcard
          && kind.equals(that.kind)
          && older.equals(that.older)
          && newer.equals(that.newer);
    }

    @Override
    public int hashCode() {
      return newer.hashCode() * 31 + older.hashCode();
    }
  }

  /**
   * A step that a stream took, remembered by identity: the next streams of its group, which have
   * the same sets, take it too, and need not look it up by content.
   *
   * @param from what the stream had
   * @param to what it has then
   */
  record Taken(
      Kind kind,
      ResourceSet from,
      ResourceSet to,
      Set<String> names,
      boolean wildcard,
      Optional<Draft> draft) {
    @SuppressWarnings("ReferenceEquality") // others are looked up by content
    boolean by(TypeStream stream, ResourceSet target, int epoch) {
      return from == stream.base
          && to == target
          && names == stream.subscription.names()
          && wildcard == stream.subscription.wildcard()
          && kind.type == stream.type
          && kind.delta == stream.delta
          && kind.epoch == epoch;
    }
  }

  /** Which kind of response. */
  record Kind(ResourceType type, boolean delta, int epoch) {}

  private record Known(ResourceType type, String version) {}

  private record Between(ResourceType type, String version, ContentHash target, int epoch) {}

  private record Whole(ResourceType type, ContentHash set) {}

  /**
   * Resources sorted by name.
   *
   * @param hash over them
   * @param weight of the names that were asked for, which may be many that do not exist
   */
  record Part(ContentHash hash, List<Resource> resources, long weight) {
    static long weight(Set<String> names) {
      long weight = 1L << 16; // not more than 512 of them, however small
      for (String name : names) {
        weight += name.length() + 64;
      }
      return weight;
    }
  }

  /** Names are shared instances, so they are compared as such. */
  private record Asked(ResourceType type, ContentHash set, Set<String> names) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Asked that
          && type == that.type
          && names == that.names
          && set.equals(that.set);
    }

    @Override
    public int hashCode() {
      return set.hashCode() * 31 + System.identityHashCode(names);
    }
  }

  Encoder encoder() {
    return encoder;
  }

  ClusterNames clusterNames() {
    return clusterNames;
  }

  Mentions mentions() {
    return mentions;
  }

  /** What must be told to somebody who has the older set. */
  Difference difference(ResourceSet older, ResourceSet newer) {
    return older.hash().equals(newer.hash())
        ? Difference.NONE
        : differences.get(
            new Pair(newer.type(), older.hash(), newer.hash()), key -> newer.since(older));
  }

  /** The step that was taken last, if it is this stream's too. */
  Optional<Taken> taken(TypeStream stream, ResourceSet target, int epoch) {
    Optional<Taken> last = lastTaken;
    return last.isPresent() && last.get().by(stream, target, epoch) ? last : Optional.empty();
  }

  /** A stream takes this step: others will. */
  void take(Taken taken) {
    lastTaken = Optional.of(taken);
  }

  /** What streams are told that differ in nothing: worked out for the first of them. */
  Optional<Draft> step(Step step, Supplier<Optional<Draft>> compute) {
    return steps.get(step, s -> compute.get());
  }

  /** The newer set together with those resources of the older one. */
  ResourceSet keeping(ResourceSet newer, ResourceSet older, Collection<String> names) {
    if (names.isEmpty()) {
      return newer;
    }
    Set<String> keep = Set.copyOf(names);
    return kept.get(
        new Kept(newer.type(), newer.hash(), older.hash(), keep),
        key -> {
          Map<String, Optional<Resource>> changes = new HashMap<>();
          keep.forEach(name -> older.get(name).ifPresent(r -> changes.put(name, Optional.of(r))));
          return newer.with(changes);
        });
  }

  /** Those resources of the set that the subscription covers. */
  Part part(ResourceSet set, Subscription subscription) {
    if (subscription.wildcard()) {
      return new Part(
          set.hash(),
          wholes.get(
              new Whole(set.type(), set.hash()),
              key -> set.byName().values().stream().sorted(BY_NAME).toList()),
          0);
    }
    return parts.get(
        new Asked(set.type(), set.hash(), subscription.names()),
        key ->
            new Part(
                set.hash(key.names),
                key.names.stream().flatMap(name -> set.get(name).stream()).sorted(BY_NAME).toList(),
                Part.weight(key.names)));
  }

  /** Remembers a set, so that a reconnecting client that reports its version is understood. */
  void remember(Version version, ResourceSet set) {
    known.get(new Known(set.type(), version.value()), key -> set);
  }

  /** The same of a set that is sent now, though the target may be another. */
  void remember(Version version, ResourceSet set, ResourceSet target) {
    known.get(
        new Known(set.type(), version.value()),
        key -> {
          if (!set.equals(target)) {
            keeper.accept(version, set);
          }
          return set;
        });
  }

  /** Has the keeper told of sets that are sent and were not published as such. */
  void keep(BiConsumer<Version, ResourceSet> newKeeper) {
    keeper = newKeeper;
  }

  /**
   * Takes note of listeners that a snapshot replaces.
   *
   * @param before empty: what was there before is not known, so any may have been replaced, by
   *     another process or by one that this follows
   */
  void follows(Optional<Snapshot> before, Snapshot next, long now) {
    if (before.isEmpty()) {
      listenersReplaced.put(next.key(), now);
      return;
    }
    ResourceSet older = before.get().set(ResourceType.LISTENER);
    Difference step = difference(older, next.set(ResourceType.LISTENER));
    if (!step.removed().isEmpty()
        || step.changed().keySet().stream().anyMatch(name -> older.get(name).isPresent())) {
      listenersReplaced.put(next.key(), now);
    }
  }

  /** When listeners of these snapshots were last replaced, as far as is known. */
  Optional<Long> listenersReplaced(SnapshotKey key) {
    return Optional.ofNullable(listenersReplaced.get(key));
  }

  /** Remembers what carries the whole set in SotW. */
  void remember(Snapshot snapshot) {
    for (ResourceType type : ResourceType.values()) {
      if (Subscription.wholeSet(type)) {
        remember(snapshot.version(type), snapshot.set(type));
      }
    }
  }

  /**
   * The set of that version, if it was served lately: as a whole, or together with what must stay
   * for a while of an older one, which is what a client has whose last stream broke meanwhile.
   */
  Optional<ResourceSet> known(String version, ResourceSet target, int epoch) {
    Optional<ResourceSet> whole = known.get(new Known(target.type(), version));
    return whole.isPresent()
        ? whole
        : between.get(
            new Between(target.type(), version, target.hash(), epoch), key -> find(key, target));
  }

  private Optional<ResourceSet> find(Between wanted, ResourceSet target) {
    for (ResourceSet older : known.values()) {
      if (older.type() == wanted.type) {
        ResourceSet kept = keeping(target, older, difference(older, target).removed());
        if (Version.of(kept.hash(), wanted.epoch).value().equals(wanted.version)) {
          return Optional.of(kept);
        }
      }
    }
    return Optional.empty();
  }
}
