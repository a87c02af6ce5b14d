package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import java.util.List;
import java.util.function.Function;

/** What the pipeline is told of streams; never once per ACK. */
public sealed interface StreamEvent {
  /**
   * A stream introduced itself.
   *
   * @param stream tells streams of the same node apart
   */
  record Connected(long stream, Node node, StreamKind kind) implements StreamEvent {}

  /** A stream that was connected ended. */
  record Gone(long stream, Node node) implements StreamEvent {}

  /**
   * An Envoy rejected a response.
   *
   * @param revision and epoch of the snapshot that the response came from
   * @param version that was rejected
   * @param message as Envoy gave it
   * @param names the resources of the response that the message names, else all of them (at most
   *     ten)
   * @param path the mesh file of the resource; empty where it cannot be told
   */
  record Nacked(
      SnapshotKey key,
      Revision revision,
      int epoch,
      ResourceType type,
      Node node,
      Version version,
      String message,
      List<String> names,
      String path)
      implements StreamEvent {
    /** Copies the list. */
    public Nacked {
      names = List.copyOf(names);
    }
  }

  /** All connected streams of that key that subscribe to the type have accepted this version. */
  record Acked(SnapshotKey key, ResourceType type, Version version) implements StreamEvent {}

  /** Calls the function of the case. */
  default <R> R match(
      Function<Connected, R> connected,
      Function<Gone, R> gone,
      Function<Nacked, R> nacked,
      Function<Acked, R> acked) {
    if (this instanceof Connected c) {
      return connected.apply(c);
    }
    if (this instanceof Gone g) {
      return gone.apply(g);
    }
    return this instanceof Nacked n ? nacked.apply(n) : acked.apply((Acked) this);
  }
}
