package dev.lish.serve;

import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * One connected stream, seen from outside.
 *
 * @param node who it is
 * @param key whose snapshot it gets; empty: it matches none, or its turn has not come yet
 * @param revision of that snapshot; empty while it is not ready
 * @param kind what it speaks
 * @param connectedSince when the stream was opened
 * @param state in one word
 * @param types what it has of each type that it subscribed to
 */
public record NodeView(
    Node node,
    Optional<SnapshotKey> key,
    Optional<Revision> revision,
    StreamKind kind,
    Instant connectedSince,
    State state,
    Map<ResourceType, TypeView> types) {
  /** Copies the map. */
  public NodeView {
    EnumMap<ResourceType, TypeView> copy = new EnumMap<>(ResourceType.class);
    copy.putAll(types);
    types = Collections.unmodifiableMap(copy);
  }

  /** {@code delta} or {@code sotw}. */
  public String protocol() {
    return kind.protocol();
  }

  /** How far a stream is. */
  public enum State {
    /** It has accepted all that it should have. */
    SYNCED,
    /**
     * Something is on its way, waits its turn or is withheld, the snapshot is not ready, or the
     * stream is one of a herd whose turn has not come.
     */
    BEHIND,
    /** It rejected something, and there is nothing else yet to offer. */
    NACKED,
    /** It belongs to no stage and group, and is sent nothing. */
    UNMATCHED
  }

  /**
   * One type.
   *
   * @param sent the version last sent, or brought along by the client; empty: none
   * @param acked the version last accepted; empty: none
   * @param nacked the version last rejected, unless what was accepted after it makes up for it;
   *     else empty
   * @param message why it was rejected, or why it is not sent at all; else empty
   * @param at when the last of these happened
   * @param file the mesh file of the rejected resource; empty when it is not known
   * @param unanswered since when the oldest response waits for its answer, be it new or sent again;
   *     empty: none does
   */
  public record TypeView(
      Optional<Version> sent,
      Optional<Version> acked,
      Optional<Version> nacked,
      String message,
      Instant at,
      String file,
      Optional<Instant> unanswered) {
    /** True when what was sent is not answered yet. */
    public boolean waits() {
      return unanswered.isPresent();
    }
  }
}
