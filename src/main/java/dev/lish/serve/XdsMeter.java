package dev.lish.serve;

import dev.lish.model.ResourceType;

/** Hears what happens on streams, for metrics; called on event loops, so it must not block. */
public interface XdsMeter {
  /** Hears nothing. */
  XdsMeter NONE = new XdsMeter() {};

  /** A stream was opened. */
  default void opened(StreamKind kind) {}

  /** A stream ended. */
  default void closed(StreamKind kind) {}

  /** A stream was refused; the reason is one of a few words. */
  default void refused(String reason) {}

  /** A stream was ended from here; the reason is one of a few words. */
  default void ended(String reason) {}

  /** A stream has to wait for its turn: too many came at once. */
  default void delayed() {}

  /** A stream that wanted nothing of a type wants something. */
  default void subscribed(ResourceType type) {}

  /** A stream that wanted something of a type wants nothing of it any more, or is gone. */
  default void unsubscribed(ResourceType type) {}

  /** A stream never gets what was newest: something newer came while it had not answered. */
  default void coalesced(ResourceType type) {}

  /**
   * A response with a change was sent.
   *
   * @param micros since a source told of the change
   */
  default void changeSent(ResourceType type, long micros) {}

  /**
   * A response with a change was accepted.
   *
   * @param micros since a source told of the change
   */
  default void changeAcked(ResourceType type, long micros) {}

  /**
   * A response was sent.
   *
   * @param bytes of the whole message
   * @param resources in it, removals included
   * @param micros since the assignment was published, or since the request where that came later
   */
  default void sent(ResourceType type, int bytes, int resources, long micros) {}

  /**
   * A response was accepted.
   *
   * @param micros since it was sent
   */
  default void acked(ResourceType type, long micros) {}

  /** A response was rejected. */
  default void nacked(ResourceType type) {}

  /** A request with an outdated nonce was ignored. */
  default void stale(ResourceType type) {}

  /** A wait for an answer ran out. */
  default void late(ResourceType type) {}

  /** A stream asked for a type that is not served; it is not answered. */
  default void unknownType() {}

  /** A stream asked for a type that must not travel in cleartext; it is not answered. */
  default void withheld(ResourceType type) {}

  /** A response was encoded, not taken from the cache. */
  default void encoded(ResourceType type, int bytes) {}
}
