package dev.lish.trial;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to an Envoy.
 *
 * @param listener the listener's name; empty: the only one
 * @param method such as GET
 * @param path with its query, sent as it is
 * @param headers name to value, {@code host} too
 * @param body sent unless it is empty
 * @param sni present: over TLS, for this server name, which may be empty
 * @param repeat how often, one after the other
 */
record Request(
    Optional<String> listener,
    String method,
    String path,
    SortedMap<String, String> headers,
    String body,
    Optional<String> sni,
    int repeat) {
  Request {
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }
}
