package dev.lish.serve;

import dev.lish.model.Version;
import dev.lish.serve.NodeView.TypeView;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one stream was told of one type, and what it said to it. Written in place by its event loop,
 * since that happens twice for each change at each stream; other threads read copies. A sequence
 * lock: the number of writes is odd while there is one, and a copy that one came between is made
 * again. Times are microseconds since the epoch.
 */
final class Told {
  private static final long NONE = -1;

  private @Nullable Version sent;
  private @Nullable Version acked;
  private @Nullable Version nacked;
  private String message = "";
  private String file = "";
  private long at;

  /** Since when the oldest response waits for its answer. */
  private long unanswered = NONE;

  /** Ordered by fences: a volatile one would cost more than all that it guards. */
  private int writes;

  /** Only for the event loop: when the client asked for something last. */
  long asked;

  /** Only for the event loop: when a source told of what was sent last; 0: it was asked for. */
  long change;

  /** Only for the event loop: the client asks for something of this type. */
  boolean subscribed;

  /** Only for the event loop: as what the stream counts; null: it does not yet. */
  Progress.@Nullable At counted;

  Told(long at) {
    this.at = at;
  }

  /** True when anything was told yet. */
  boolean begun() {
    return writes > 0;
  }

  private void begin() {
    writes++;
    VarHandle.storeStoreFence();
  }

  private void end() {
    VarHandle.releaseFence();
    writes++;
  }

  /** A response went out. */
  void sent(Version version, long now) {
    begin();
    sent = version;
    at = now;
    // Clusters may be sent again before they are answered.
    unanswered = unanswered == NONE ? now : unanswered;
    end();
  }

  /** The client has had this version since then, by its own word. */
  void brought(Version version, long then) {
    begin();
    sent = version;
    accept(version, then);
    end();
  }

  /** The client accepted what it was sent. */
  void accepted(Version version, long now) {
    begin();
    accept(version, now);
    end();
  }

  private void accept(Version version, long now) {
    acked = version;
    nacked = null;
    message = "";
    file = "";
    at = now;
    unanswered = NONE;
  }

  /** The client accepted what it was sent, but that lacks what it rejected before. */
  void acceptedInPart(long now) {
    begin();
    at = now;
    unanswered = NONE;
    end();
  }

  /** The client rejected what it was sent. */
  void rejected(Version version, Rejection rejection, long now) {
    begin();
    nacked = version;
    message = rejection.message();
    file = rejection.path();
    at = now;
    unanswered = NONE;
    end();
  }

  /** What the client rejected is of no interest to it any more. */
  void forgiven() {
    if (nacked != null) {
      begin();
      nacked = null;
      message = "";
      file = "";
      end();
    }
  }

  /** It is not sent at all. */
  void withheld(String why, long now) {
    begin();
    message = why;
    at = now;
    end();
  }

  /** True when the client has accepted a version. From any thread. */
  boolean hasAcked() {
    return acked != null;
  }

  /** The version last accepted. From any thread. */
  Optional<Version> acked() {
    return Optional.ofNullable(acked);
  }

  /** All of it at one moment; empty when nothing was told yet. From any thread. */
  Optional<TypeView> view() {
    while (true) {
      int before = writes;
      if (before == 0) {
        return Optional.empty();
      }
      VarHandle.acquireFence();
      TypeView view =
          new TypeView(
              Optional.ofNullable(sent),
              Optional.ofNullable(acked),
              Optional.ofNullable(nacked),
              message,
              Streams.instant(at),
              file,
              unanswered == NONE ? Optional.empty() : Optional.of(Streams.instant(unanswered)));
      VarHandle.acquireFence();
      if (before % 2 == 0 && before == writes) {
        return Optional.of(view);
      }
      Thread.onSpinWait();
    }
  }
}
