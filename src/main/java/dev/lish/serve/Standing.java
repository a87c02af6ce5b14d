package dev.lish.serve;

import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.serve.NodeView.State;
import dev.lish.snapshot.Snapshot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream is with what it should have.
 *
 * @param key whose snapshot it gets; empty: it matches none, or its turn has not come yet
 * @param revision of that snapshot; empty while it is not ready
 */
record Standing(Optional<SnapshotKey> key, Optional<Revision> revision, State state) {
  /** Nobody has looked yet where the stream belongs. */
  static final Standing NEW = new Standing(Optional.empty(), Optional.empty(), State.BEHIND);

  /** There is nothing for the stream yet; null: and it belongs to nothing. */
  static Standing waiting(@Nullable SnapshotKey key) {
    return new Standing(
        Optional.ofNullable(key), Optional.empty(), key == null ? State.UNMATCHED : State.BEHIND);
  }

  static Standing of(Snapshot snapshot, State state) {
    return new Standing(Optional.of(snapshot.key()), Optional.of(snapshot.revision()), state);
  }

  boolean is(Snapshot snapshot, State other) {
    return state == other
        && revision.isPresent()
        && revision.get().equals(snapshot.revision())
        && key.isPresent()
        && key.get().equals(snapshot.key());
  }
}
