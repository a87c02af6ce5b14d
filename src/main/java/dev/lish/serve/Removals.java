package dev.lish.serve;

import dev.lish.model.ResourceType;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * When a stream may be told that something is gone which connections of replaced listeners may
 * still use. Times are microseconds.
 */
final class Removals {
  private final StreamKind kind;
  private final Waits waits;
  private final Shared shared;
  private final long openedAt;
  private final Drains drains;

  /** Separate streams: since when a resource is gone. */
  private final Map<String, Long> goneSince = new HashMap<>(0);

  /** Until when the client may have connections of listeners replaced before this stream. */
  private long drainedBefore = Long.MIN_VALUE;

  private boolean begun;

  Removals(StreamKind kind, Waits waits, Shared shared, long openedAt) {
    this.kind = kind;
    this.waits = waits;
    this.shared = shared;
    this.openedAt = openedAt;
    drains = new Drains(waits.drain(), shared.mentions());
  }

  /**
   * The first snapshot of this stream. What clusters the client brought along and the snapshot
   * lacks may be used by connections of listeners that were replaced lately; listeners that are
   * replaced from now on are told to {@link #answered}.
   */
  void begin(Snapshot snapshot) {
    if (!begun) {
      begun = true;
      drainedBefore =
          shared
              .listenersReplaced(snapshot.key())
              .map(at -> Math.min(at + waits.ack(), openedAt) + waits.drain())
              .orElse(Long.MIN_VALUE);
    }
  }

  /** A response of listeners was answered, before which the client had these routes. */
  void answered(Draft listeners, ResourceSet routes, long now) {
    drains.answered(listeners, routes, now);
  }

  /** True when something is gone and not told yet, for the time alone. */
  boolean trail() {
    return !goneSince.isEmpty();
  }

  /**
   * Which names of this type may be taken away now.
   *
   * @param brought the client had clusters when it connected
   */
  Predicate<String> may(TypeStream stream, Snapshot snapshot, boolean brought, long now) {
    if (!goneSince.isEmpty()) {
      goneSince.keySet().retainAll(gone(stream, snapshot));
    }
    return timed(stream) ? name -> until(name, snapshot, brought, now) <= now : name -> true;
  }

  /** When the next name of this type may go; the largest number: none waits for its time. */
  long wakeAt(TypeStream stream, Snapshot snapshot, boolean brought, long now) {
    long wake = Long.MAX_VALUE;
    if (timed(stream)) {
      for (String name : gone(stream, snapshot)) {
        wake = Sequencer.later(wake, until(name, snapshot, brought, now), now);
      }
    }
    return wake;
  }

  private boolean timed(TypeStream stream) {
    // Envoy ignores that a secret is gone. A filter configuration it forgets, and then answers 500
    // on connections of listeners that drain.
    return stream.type == ResourceType.CLUSTER
        || stream.type == ResourceType.EXTENSION
        || !kind.ads();
  }

  private long until(String name, Snapshot snapshot, boolean brought, long now) {
    return kind.ads()
        ? Math.max(drains.until(name, snapshot, now), brought ? drainedBefore : Long.MIN_VALUE)
        // Separate streams are not joined: removals trail by the drain time.
        : goneSince.computeIfAbsent(name, n -> now) + waits.drain();
  }

  /** Names that the client has, or may have, and should not have for ever. */
  private Set<String> gone(TypeStream stream, Snapshot snapshot) {
    Set<String> gone = shared.difference(stream.base, snapshot.set(stream.type)).removed();
    if (stream.todo.isEmpty()) {
      return gone;
    }
    Set<String> more = new HashSet<>(gone);
    stream.todo.forEach(
        (name, todo) -> {
          if (todo == TypeStream.Todo.GONE) {
            more.add(name);
          }
        });
    return more;
  }
}
