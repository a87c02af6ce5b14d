package dev.lish.app;

import dev.lish.accesslog.Destinations;
import dev.lish.accesslog.Origin;
import dev.lish.accesslog.Origins;
import dev.lish.model.Node;
import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.serve.Accepted;
import dev.lish.serve.Xds;
import dev.lish.snapshot.Assignment;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the pipeline and the streams know of the Envoys that write access logs: stage and group by
 * the rules in force, the revision that a node last had accepted in full, its versions, and where
 * the routes that it should have lead to.
 */
final class KnownOrigins implements Origins {
  private final Supplier<View> view;
  private final Function<String, Accepted> accepted;
  private final RouteTargets targets = new RouteTargets();

  /**
   * Asks nothing yet.
   *
   * @param accepted what the node of this id has accepted until now
   */
  KnownOrigins(Supplier<View> view, Function<String, Accepted> accepted) {
    this.view = view;
    this.accepted = accepted;
  }

  @Override
  public Known of(byte[] bytes) {
    return Xds.introduced(bytes).<Known>map(Envoy::new).orElse(Known.NOTHING);
  }

  /** What is known of this node. */
  Known of(Node node) {
    return new Envoy(node);
  }

  /** A node; rules are applied again when they may have changed. */
  private final class Envoy implements Known {
    private final Node node;
    private Assignment last = Assignment.NONE;
    private Optional<SnapshotKey> key = Optional.empty();

    Envoy(Node node) {
      this.node = node;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Another instance is worth another look.
    public synchronized Origin look() {
      Assignment now = view.get().assignment();
      if (now != last) {
        last = now;
        key = now.keyOf(node);
      }
      return key.map(k -> origin(k, now)).orElse(Origin.UNKNOWN);
    }

    private Origin origin(SnapshotKey found, Assignment now) {
      Accepted has = accepted.apply(node.id());
      Destinations destinations = now.snapshot(found).map(targets::of).orElse(Destinations.NONE);
      return new Origin(found.stage(), found.group(), has.revision(), has.versions(), destinations);
    }

    @Override
    public Origin now(Origin looked) {
      if (looked.stage().isEmpty()) {
        return looked;
      }
      Accepted has = accepted.apply(node.id());
      if (has.revision().equals(looked.accepted()) && has.versions().equals(looked.versions())) {
        return looked;
      }
      return new Origin(
          looked.stage(), looked.group(), has.revision(), has.versions(), looked.destinations());
    }
  }
}
