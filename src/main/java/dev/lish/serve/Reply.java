package dev.lish.serve;

import java.util.Optional;

/**
 * What a request said about an earlier response.
 *
 * @param kind what it said
 * @param about the response, for all but NONE and STALE
 * @param error the client's message, for NACK
 */
record Reply(Kind kind, Optional<TypeStream.InFlight> about, String error) {
  /** Nothing about a response. */
  static final Reply NONE = new Reply(Kind.NONE, Optional.empty(), "");

  /** It was written before the client had seen the newest response, and is ignored. */
  static final Reply STALE = new Reply(Kind.STALE, Optional.empty(), "");

  /** The cases. */
  enum Kind {
    NONE,
    STALE,
    ACK,
    /** Accepted, but something else that the client should have is what it rejected before. */
    PART,
    NACK
  }
}
