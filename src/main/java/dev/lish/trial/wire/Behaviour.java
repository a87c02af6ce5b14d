package dev.lish.trial.wire;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a stand-in for an upstream answers.
 *
 * @param status of its answers
 * @param headers of its answers
 * @param body empty: it says who it is
 * @param delay how late it answers, or fails
 * @param failure whether it fails instead
 * @param shown the certificate that it shows; empty: one that is as Envoy expects it
 */
public record Behaviour(
    int status,
    SortedMap<String, String> headers,
    Optional<String> body,
    Duration delay,
    Failure failure,
    Optional<Shown> shown) {
  /** Answers 200 at once. */
  public static final Behaviour WELL =
      new Behaviour(
          200, new TreeMap<>(), Optional.empty(), Duration.ZERO, Failure.NONE, Optional.empty());

  /** Ways to fail that are no answer. */
  public enum Failure {
    NONE,
    /** It takes the request, and then breaks the connection. */
    RESET,
    /** It takes no connection, and those that it has are closed. */
    REFUSE
  }

  /**
   * A certificate.
   *
   * @param names in it; empty: those that Envoy expects
   * @param stranger true: signed by an authority that nobody trusts
   */
  public record Shown(List<Name> names, boolean stranger) {
    /** Copies the list. */
    public Shown {
      names = List.copyOf(names);
    }
  }

  /** Copies the map. */
  public Behaviour {
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }

  boolean refuses() {
    return failure == Failure.REFUSE;
  }
}
