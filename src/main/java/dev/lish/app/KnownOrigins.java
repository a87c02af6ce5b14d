package dev.lish.app;

import dev.lish.accesslog.Destinations;
import dev.lish.accesslog.Origin;
import dev.lish.accesslog.Origins;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.serve.NodeView;
import dev.lish.serve.Xds;
import dev.lish.snapshot.Assignment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the pipeline and the streams know of the Envoys that write access logs: stage and group by
 * the rules in force, the revision that a node last had accepted in full, its versions, and where
 * the routes that it should have lead to.
 */
final class KnownOrigins implements Origins {
  private static final Comparator<Revision> OLDEST = Comparator.comparingInt(Revision::number);

  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Supplier<View> view;
  private final Supplier<List<NodeView>> nodes;
  private final RouteTargets targets = new RouteTargets();
  private volatile Accepted accepted = new Accepted(Map.of(), System.nanoTime() - FRESH_NANOS);

  /** By node id, at one moment. */
  private record Accepted(Map<String, Has> byId, long at) {}

  /**
   * What a node has accepted.
   *
   * @param revision the last one in full; empty: none since its streams came here
   * @param versions by the label of the type
   */
  record Has(Optional<Revision> revision, Map<String, String> versions) {
    static final Has NOTHING = new Has(Optional.empty(), Map.of());
  }

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
      Has has = accepted().byId().getOrDefault(node.id(), Has.NOTHING);
      return key.map(k -> origin(k, has, now)).orElse(Origin.UNKNOWN);
    }
  }

  private Origin origin(SnapshotKey key, Has has, Assignment now) {
    Destinations destinations = now.snapshot(key).map(targets::of).orElse(Destinations.NONE);
    return new Origin(key.stage(), key.group(), has.revision(), has.versions(), destinations);
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
        known = new Accepted(collect(nodes.get(), known.byId()), System.nanoTime());
        accepted = known;
      }
      return known;
    }
  }

  /** What nodes have now, by id, where this is what they had before. */
  static Map<String, Has> collect(List<NodeView> streams, Map<String, Has> before) {
    Map<String, List<NodeView>> byId = new HashMap<>();
    streams.forEach(s -> byId.computeIfAbsent(s.node().id(), id -> new ArrayList<>(1)).add(s));
    Map<String, Has> next = new HashMap<>();
    byId.forEach((id, all) -> next.put(id, has(all, before.getOrDefault(id, Has.NOTHING))));
    return next;
  }

  /** An Envoy may have a stream for each type, and counts by the one that is furthest behind. */
  private static Has has(List<NodeView> streams, Has before) {
    Optional<Revision> least = Optional.empty();
    boolean synced = true;
    Map<String, String> versions = new HashMap<>();
    streams.sort(Comparator.comparing(NodeView::connectedSince));
    for (NodeView stream : streams) {
      synced &= stream.state() == NodeView.State.SYNCED && stream.revision().isPresent();
      least = Stream.of(least, stream.revision()).flatMap(Optional::stream).min(OLDEST);
      stream
          .types()
          .forEach(
              (type, has) -> has.acked().ifPresent(v -> versions.put(type.label(), v.value())));
    }
    // On its way to the next revision, or when it rejects that, a node still has the last one.
    return new Has(synced ? least : before.revision(), versions);
  }
}
