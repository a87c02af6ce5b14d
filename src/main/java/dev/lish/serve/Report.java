package dev.lish.serve;

import dev.lish.model.ContentHash;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.serve.NodeView.State;
import dev.lish.serve.NodeView.TypeView;
import dev.lish.snapshot.Snapshot;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one stream tells others: written by its event loop, read by any thread. What is told of one
 * type is of one moment; parts of a view may be a moment apart.
 */
@SuppressWarnings("EnumOrdinal") // arrays by type: each response and each answer is told here
final class Report {
  private static final List<ResourceType> TYPES = List.of(ResourceType.values());

  private final StreamKind kind;
  private final long since;

  /** By type; absent: the client has not asked for anything of it. */
  private final AtomicReferenceArray<@Nullable Told> types =
      new AtomicReferenceArray<>(TYPES.size());

  private volatile @Nullable Node node;
  private volatile Standing standing = Standing.NEW;

  /** Only for the event loop: where the stream is counted. */
  private @Nullable Progress progress;

  /** The last revision that the client had in full; empty: none yet. */
  private volatile Optional<Revision> complete = Optional.empty();

  /** Grows with each change of what the client has accepted. */
  private volatile int changes;

  private int changed;
  private volatile Has has = new Has(0, Accepted.NOTHING);

  /** Only for the event loop: the client lacks what it must not be sent. */
  private boolean withholds;

  Report(StreamKind kind, long since) {
    this.kind = kind;
    this.since = since;
  }

  /** What was read after so many changes. */
  private record Has(int changes, Accepted accepted) {}

  void introduced(Node introduced) {
    node = introduced;
  }

  void accepted(ResourceType type, Version version, long now) {
    of(type).accepted(version, now);
    changes = ++changed;
  }

  /** A response was accepted that lacks what was rejected before: that is still true. */
  void acceptedInPart(ResourceType type, long now) {
    of(type).acceptedInPart(now);
  }

  void rejected(ResourceType type, Version version, Rejection rejection, long now) {
    of(type).rejected(version, rejection, now);
  }

  /** The client asked for what it must not be sent; true: for the first time. */
  boolean withheld(ResourceType type, String why, long now) {
    withholds = true;
    boolean first = !of(type).begun();
    if (first) {
      of(type).withheld(why, now);
    }
    return first;
  }

  /** Only on the event loop. */
  Told of(ResourceType type) {
    Told told = types.getPlain(type.ordinal());
    if (told == null) {
      told = new Told(since);
      types.setRelease(type.ordinal(), told);
    }
    return told;
  }

  /** The stream counts among those of another key from now on; null: of none. */
  void belongs(@Nullable Progress next) {
    Progress last = progress;
    progress = next;
    for (ResourceType type : TYPES) {
      Told told = types.getPlain(type.ordinal());
      Progress.At at = told == null ? null : told.counted;
      if (last != next && told != null && at != null) {
        told.counted = null;
        if (last != null) {
          last.left(type, at);
        }
      }
    }
  }

  /** There is nothing for it yet. */
  void waiting(@Nullable SnapshotKey key) {
    standing = Standing.waiting(key);
  }

  /** How far the stream is with this snapshot. */
  void progress(Sequencer sequencer, Snapshot snapshot) {
    boolean nacked = false;
    boolean synced = !withholds;
    for (ResourceType type : TYPES) {
      Optional<TypeStream> stream = sequencer.stream(type);
      if (stream.isPresent()) {
        if (stream.get().nacked()) {
          nacked = true;
        } else {
          of(type).forgiven();
        }
        synced &= there(sequencer, stream.get(), snapshot);
      }
    }
    stands(snapshot, nacked, synced);
  }

  /** The same of a stream that has all of it but perhaps of the assignments, as was told before. */
  void endpoints(Sequencer sequencer, Snapshot snapshot) {
    TypeStream stream = sequencer.endpoints();
    boolean nacked = stream != null && stream.nacked();
    boolean synced = stream == null || there(sequencer, stream, snapshot);
    stands(snapshot, nacked, synced && !withholds);
  }

  private boolean there(Sequencer sequencer, TypeStream stream, Snapshot snapshot) {
    boolean there = sequencer.synced(stream, snapshot);
    tell(stream.type, snapshot, there);
    return there;
  }

  private void stands(Snapshot snapshot, boolean nacked, boolean synced) {
    State state = nacked ? State.NACKED : synced ? State.SYNCED : State.BEHIND;
    Standing now = standing;
    if (!now.is(snapshot, state)) {
      Progress group = progress;
      now = group == null ? Standing.of(snapshot, state) : group.standing(snapshot, state);
      standing = now;
    }
    if (synced && !nacked && !complete.equals(now.revision())) {
      complete = now.revision();
      changes = ++changed;
    }
  }

  private void tell(ResourceType type, Snapshot snapshot, boolean there) {
    Progress group = progress;
    Told told = of(type);
    Progress.At last = told.counted;
    ContentHash content = snapshot.set(type).hash();
    // Whoever lacks only what has come since counts as lacking it by where it was.
    if (group == null || (last != null && there == last.is(content, snapshot.epoch()))) {
      return;
    }
    if (!there) {
      told.counted = group.behind(type, last);
      return;
    }
    if (type != ResourceType.ENDPOINT && !told.hasAcked()) {
      // It had brought along just what it should have.
      told.brought(snapshot.version(type), since);
      changes = ++changed;
    }
    told.counted = group.accepted(type, last, content, snapshot.epoch());
  }

  /** What the client has accepted; the same instance until that changes. From any thread. */
  Accepted accepted() {
    int now = changes;
    Has last = has;
    if (last.changes != now) {
      Map<String, String> versions = new HashMap<>();
      for (ResourceType type : TYPES) {
        Told told = types.getAcquire(type.ordinal());
        if (told != null) {
          told.acked().ifPresent(version -> versions.put(type.label(), version.value()));
        }
      }
      last = new Has(now, new Accepted(complete, versions));
      has = last;
    }
    return last.accepted;
  }

  /** Empty before the first request. */
  Optional<NodeView> view() {
    Node introduced = node;
    if (introduced == null) {
      return Optional.empty();
    }
    Standing now = standing;
    Map<ResourceType, TypeView> views = new EnumMap<>(ResourceType.class);
    for (ResourceType type : TYPES) {
      Told told = types.getAcquire(type.ordinal());
      if (told != null) {
        told.view().ifPresent(view -> views.put(type, view));
      }
    }
    return Optional.of(
        new NodeView(
            introduced,
            now.key(),
            now.revision(),
            kind,
            Streams.instant(since),
            now.state(),
            views));
  }
}
