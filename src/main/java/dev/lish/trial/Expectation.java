package dev.lish.trial;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is expected of the answers to a request.
 *
 * @param line where it is written
 * @param answer of each answer
 * @param upstream of what each request became on its way
 * @param split how many per cent of the requests each cluster served
 * @param within how long an answer may take
 * @param atLeast how long an answer takes at least
 * @param eventually how long the request is sent again until all holds; zero: once
 */
record Expectation(
    int line,
    OfAnswer answer,
    OfUpstream upstream,
    Optional<Split> split,
    Optional<Duration> within,
    Optional<Duration> atLeast,
    Duration eventually) {

  /**
   * Of an answer.
   *
   * @param none true: there must be none
   * @param status an expression such as {@code 200} or {@code 5..}
   * @param headers name in lower case to what its value is
   */
  record OfAnswer(
      boolean none,
      Optional<String> status,
      SortedMap<String, TextMatch> headers,
      Optional<TextMatch> body) {
    /** Any answer. */
    static final OfAnswer ANY =
        new OfAnswer(false, Optional.empty(), new TreeMap<>(), Optional.empty());

    OfAnswer {
      headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }
  }

  /**
   * Of what came to upstreams.
   *
   * @param cluster that served it; an empty text: none
   * @param attempts how many requests came to upstreams for one request
   * @param request of the last attempt
   */
  record OfUpstream(Optional<String> cluster, OptionalInt attempts, Optional<OfAttempt> request) {
    /** Whatever came. */
    static final OfUpstream ANY =
        new OfUpstream(Optional.empty(), OptionalInt.empty(), Optional.empty());
  }

  /**
   * Of a request that came to an upstream.
   *
   * @param over of its connection
   * @param headers name in lower case to what its value is
   */
  record OfAttempt(
      OfConnection over,
      Optional<TextMatch> method,
      Optional<TextMatch> path,
      SortedMap<String, TextMatch> headers,
      Optional<TextMatch> body) {
    OfAttempt {
      headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }
  }

  /**
   * Of a connection to an upstream.
   *
   * @param http2 true: HTTP/2, false: HTTP/1.1
   * @param tls whether it is over TLS
   * @param serverName whom Envoy asked for
   * @param clientCertificate a name in the certificate that Envoy showed
   */
  record OfConnection(
      Optional<Boolean> http2,
      Optional<Boolean> tls,
      Optional<TextMatch> serverName,
      Optional<TextMatch> clientCertificate) {}

  /**
   * Shares of clusters.
   *
   * @param percent cluster to per cent
   * @param tolerance percentage points up or down
   */
  record Split(Map<String, Integer> percent, int tolerance) {
    Split {
      percent = Collections.unmodifiableMap(new TreeMap<>(percent));
    }
  }
}
