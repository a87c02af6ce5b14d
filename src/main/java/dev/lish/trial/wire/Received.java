package dev.lish.trial.wire;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an upstream was sent.
 *
 * @param cluster the cluster that it came through
 * @param test the value of {@link Stubs#HEADER}, or empty
 * @param over how it came
 * @param headers name in lower case to value
 * @param body the first {@value StubHttp#MOST_BODY} bytes
 */
public record Received(
    String cluster,
    String test,
    Over over,
    String method,
    String path,
    SortedMap<String, String> headers,
    String body) {
  /** Copies the map. */
  public Received {
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }

  /**
   * A connection.
   *
   * @param http2 false: HTTP/1.1
   * @param tls what the client said; empty: it is in cleartext
   */
  public record Over(boolean http2, Optional<Tls> tls) {}

  /**
   * What the client of a TLS connection said.
   *
   * @param serverName whom it asked for; empty: nobody
   * @param clientNames names in its certificate; without one, none
   */
  public record Tls(Optional<String> serverName, List<String> clientNames) {
    /** Copies the list. */
    public Tls {
      clientNames = List.copyOf(clientNames);
    }
  }
}
