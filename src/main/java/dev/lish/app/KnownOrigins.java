package dev.lish.app;

import dev.lish.accesslog.Origin;
import dev.lish.accesslog.Origins;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.serve.NodeView;
import dev.lish.serve.Xds;
import dev.lish.snapshot.Assignment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the pipeline and the streams know of the Envoys that write access logs: stage and group by
 * the rules in force, and the revision that a node last had accepted in full.
 */
final class KnownOrigins implements Origins {
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Supplier<View> view;
  private final Supplier<List<NodeView>> nodes;
  private volatile Accepted accepted = new Accepted(Map.of(), System.nanoTime() - FRESH_NANOS);

  /** Node id to revision, at one moment. */
  private record Accepted(Map<String, Revision> byId, long at) {}

  KnownOrigins(Supplier<View> view, Supplier<List<NodeView>> nodes) {
    this.view = view;
    this.nodes = nodes;
  }

  @Override
  public Supplier<Origin> of(byte[] bytes) {
    return Xds.introduced(bytes)
        .<Supplier<Origin>>map(node -> new Known(node))
        .orElse(() -> Origin.UNKNOWN);
  }

  /** A node; rules are applied again when they may have changed. */
  private final class Known implements Supplier<Origin> {
    private final Node node;
    private Assignment last = Assignment.NONE;
    private Optional<SnapshotKey> key = Optional.empty();

    Known(Node node) {
      this.node = node;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Another instance is worth another look.
    public synchronized Origin get() {
      Assignment now = view.get().assignment();
      if (now != last) {
        last = now;
        key = now.keyOf(node);
      }
      return key.map(
              k ->
                  new Origin(
                      k.stage(), k.group(), Optional.ofNullable(accepted().byId().get(node.id()))))
          .orElse(Origin.UNKNOWN);
    }
  }

  /** The streams' views are collected once for all that ask within a moment. */
  private Accepted accepted() {
    Accepted known = accepted;
    if (System.nanoTime() - known.at() < FRESH_NANOS) {
      return known;
    }
    synchronized (this) {
      known = accepted;
      if (System.nanoTime() - known.at() >= FRESH_NANOS) {
        known = new Accepted(collect(known.byId()), System.nanoTime());
        accepted = known;
      }
      return known;
    }
  }

  private Map<String, Revision> collect(Map<String, Revision> before) {
    Map<String, Revision> next = new HashMap<>();
    for (NodeView each : nodes.get()) {
      String id = each.node().id();
      // On its way to the next revision a node still has the last one.
      Optional<Revision> has =
          each.state() == NodeView.State.SYNCED
              ? each.revision()
              : Optional.ofNullable(before.get(id));
      has.ifPresent(revision -> next.put(id, revision));
    }
    return next;
  }
}
