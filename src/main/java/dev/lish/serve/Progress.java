package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Map<NodeView.State, Standing> standings = new ConcurrentHashMap<>();

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
   * The streams that are at one place with a type: those that have accepted one content last, or
   * those that never have, or asked for more since. Most changes reach all streams, so there are
   * few of these, and a stream that is moved needs no look-up by content.
   */
  static final class At {
    private final Optional<ContentHash> accepted;
    private final int epoch;
    private int streams;

    private At(Optional<ContentHash> accepted, int epoch) {
      this.accepted = accepted;
      this.epoch = epoch;
    }

    /** True when what these have accepted last is this. */
    boolean is(ContentHash hash, int inEpoch) {
      return epoch == inEpoch && accepted.isPresent() && accepted.get().equals(hash);
    }
  }

  /** How the streams that are as far with this snapshot stand: one instance for all of them. */
  Standing standing(Snapshot snapshot, NodeView.State state) {
    Standing last = standings.get(state);
    if (last == null || !last.is(snapshot, state)) {
      last = Standing.of(snapshot, state);
      standings.put(state, last);
    }
    return last;
  }

  private static final class Tally {
    final At behind = new At(Optional.empty(), 0);

    /** Without those that are behind; the newest last. */
    final List<At> places = new ArrayList<>();

    /** What all had last. */
    @Nullable At announced;

    At place(ContentHash hash, int epoch) {
      for (int i = places.size() - 1; i >= 0; i--) {
        if (places.get(i).is(hash, epoch)) {
          return places.get(i);
        }
      }
      At place = new At(Optional.of(hash), epoch);
      places.add(place);
      return place;
    }

    void leave(@Nullable At from) {
      if (from != null && --from.streams == 0) {
        places.remove(from);
      }
    }

    /** What all have now and did not have when this was asked last. */
    Optional<Version> news() {
      if (behind.streams > 0 || places.size() != 1) {
        return Optional.empty();
      }
      At all = places.get(0);
      if (announced != null && announced.is(all.accepted.orElseThrow(), all.epoch)) {
        return Optional.empty();
      }
      announced = all;
      return all.accepted.map(hash -> Version.of(hash, all.epoch));
    }
  }

  /** How many streams have accepted something else of the type last than this, or nothing. */
  int lacking(ResourceType type, ContentHash hash, int epoch) {
    Tally tally = of(type);
    synchronized (tally) {
      int lacking = tally.behind.streams;
      for (At place : tally.places) {
        lacking += place.is(hash, epoch) ? 0 : place.streams;
      }
      return lacking;
    }
  }

  /**
   * A stream has accepted this.
   *
   * @param from where it was; null: it is counted from now on
   */
  At accepted(ResourceType type, @Nullable At from, ContentHash hash, int epoch) {
    Tally tally = of(type);
    At place;
    Optional<Version> all;
    synchronized (tally) {
      tally.leave(from);
      place = tally.place(hash, epoch);
      place.streams++;
      all = tally.news();
    }
    tell(type, all);
    return place;
  }

  /** A stream lacks something, though what there is has not changed since it accepted it. */
  At behind(ResourceType type, @Nullable At from) {
    Tally tally = of(type);
    synchronized (tally) {
      tally.leave(from);
      tally.behind.streams++;
      return tally.behind;
    }
  }

  /** A stream is not counted any more. */
  void left(ResourceType type, At from) {
    Tally tally = of(type);
    Optional<Version> all;
    synchronized (tally) {
      tally.leave(from);
      all = tally.news();
    }
    tell(type, all);
  }

  private void tell(ResourceType type, Optional<Version> all) {
    if (all.isPresent()) {
      events.accept(new StreamEvent.Acked(key, type, all.get()));
    }
  }

  private Tally of(ResourceType type) {
    return Objects.requireNonNull(tallies.get(type));
  }
}
