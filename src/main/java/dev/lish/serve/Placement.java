package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.Snapshot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where one stream belongs in what was published last. */
final class Placement {
  private static final Logger LOG = LoggerFactory.getLogger(Placement.class);

  private final Streams streams;
  private final Report report;
  private @Nullable SnapshotKey key;
  private @Nullable Snapshot snapshot;
  private Published seen = Published.NOTHING;
  private long membership = -1;
  private long changedAt;
  private long publishedAt;
  private long since;
  private @Nullable Snapshot before;

  Placement(Streams streams, Report report) {
    this.streams = streams;
    this.report = report;
  }

  /** The node's snapshot; empty while it is not ready, or when the node matches no group. */
  @SuppressWarnings("ReferenceEquality") // equal ones are one instance, or worth a second look
  Optional<Snapshot> look(Node node) {
    Published latest = streams.published();
    if (latest != seen) {
      seen = latest;
      if (latest.membership() != membership) {
        membership = latest.membership();
        Progress progress = latest.assignment().keyOf(node).map(streams::progress).orElse(null);
        key = progress == null ? null : progress.key();
        report.belongs(progress);
        if (key == null) {
          LOG.warn("Envoy {} matches no stage and group, and is sent nothing", node.id());
        }
      }
      Snapshot next = key == null ? null : streams.snapshot(latest, key).orElse(null);
      if (next != snapshot) {
        before = snapshot;
        snapshot = next;
        // What came before the client asked did not have it wait all that time.
        changedAt = Math.max(changedAt, latest.at());
        publishedAt = latest.at();
        since = latest.since();
      }
    }
    if (snapshot == null) {
      report.waiting(key);
    }
    return Optional.ofNullable(snapshot);
  }

  /** What the stream should have changed, by its own request. */
  void changed(long now) {
    changedAt = Math.max(changedAt, now);
  }

  /** When a source told of what changed last; 0: the stream asked for it after that. */
  long since(long askedAt) {
    return publishedAt > askedAt ? since : 0;
  }

  /** What the stream should have had before, told once. */
  Optional<Snapshot> replaced() {
    Snapshot last = before;
    before = null;
    return Optional.ofNullable(last);
  }

  /** When what the stream should have changed last, in microseconds. */
  long changedAt() {
    return changedAt;
  }
}
