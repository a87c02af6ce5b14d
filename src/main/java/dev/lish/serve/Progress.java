package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How far all streams of one key are, summed up: tells when the last one has a version. Shared by
 * the event loops that have streams of the key.
 */
final class Progress {
  private final SnapshotKey key;
  private final Consumer<StreamEvent> events;
  private final Map<ResourceType, Tally> tallies = new EnumMap<>(ResourceType.class);

  Progress(SnapshotKey key, Consumer<StreamEvent> events) {
    this.key = key;
    this.events = events;
    for (ResourceType type : ResourceType.values()) {
      tallies.put(type, new Tally());
    }
  }

  /** The one instance of this key that streams use. */
  SnapshotKey key() {
    return key;
  }

  /**
   * Where a stream is with a type.
   *
   * @param accepted what it has accepted; empty: it is behind
   */
  record At(Optional<ContentHash> accepted, int epoch) {
    static final At BEHIND = new At(Optional.empty(), 0);
  }

  private static final class Tally {
    final Map<At, Integer> streams = new HashMap<>();
    At announced = At.BEHIND;
  }

  /** How many streams lack something of the type. */
  int behind(ResourceType type) {
    Tally tally = Objects.requireNonNull(tallies.get(type));
    synchronized (tally) {
      return tally.streams.getOrDefault(At.BEHIND, 0);
    }
  }

  /** A stream moved; null: it is not counted, before its first or after its last move. */
  void moved(ResourceType type, @Nullable At from, @Nullable At to) {
    Tally tally = Objects.requireNonNull(tallies.get(type));
    Version all;
    synchronized (tally) {
      if (from != null) {
        tally.streams.computeIfPresent(from, (at, n) -> n == 1 ? null : n - 1);
      }
      if (to != null) {
        tally.streams.merge(to, 1, Integer::sum);
      }
      if (tally.streams.size() != 1) {
        return;
      }
      At at = tally.streams.keySet().iterator().next();
      if (at.accepted.isEmpty() || at.equals(tally.announced)) {
        return;
      }
      tally.announced = at;
      all = Version.of(at.accepted.get(), at.epoch);
    }
    events.accept(new StreamEvent.Acked(key, type, all));
  }
}
