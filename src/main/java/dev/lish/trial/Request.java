package dev.lish.trial;

import dev.lish.trial.wire.Tls;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to an Envoy.
 *
 * @param listener the listener's name; empty: the only one
 * @param http2 false: HTTP/1.1
 * @param tls empty: in cleartext
 * @param method such as GET
 * @param path with its query, sent as it is
 * @param headers name to value, {@code host} too
 * @param body sent unless it is empty
 * @param repeat how often, one after the other
 */
record Request(
    Optional<String> listener,
    boolean http2,
    Optional<Tls.Client> tls,
    String method,
    String path,
    SortedMap<String, String> headers,
    String body,
    int repeat) {
  Request {
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }
}
