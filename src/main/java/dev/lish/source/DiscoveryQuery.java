package dev.lish.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What to ask a registry for, e.g. {@code consul:payments?dc=tokyo&tag=v2}. Two queries that ask
 * for the same are equal, whatever the order of their parameters.
 *
 * @param registry the registry's name
 * @param service the service
 * @param parameters such as {@code tag} and {@code dc}; each registry says which it knows
 */
public record DiscoveryQuery(
    String registry, String service, SortedMap<String, String> parameters) {
  /** Copies the map. */
  public DiscoveryQuery {
    if (registry.isEmpty() || service.isEmpty()) {
      throw new IllegalArgumentException(
          registry + ":" + service + " (expected: REGISTRY:SERVICE, neither empty)");
    }
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /**
   * Parses {@code REGISTRY:SERVICE[?KEY=VALUE[&KEY=VALUE]...]}; parameter values are
   * percent-encoded.
   *
   * @throws IllegalArgumentException with what was found and what was expected
   */
  public static DiscoveryQuery parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException(text + " (expected: REGISTRY:SERVICE?KEY=VALUE)");
    }
    int question = text.indexOf('?', colon);
    String service = text.substring(colon + 1, question < 0 ? text.length() : question);
    TreeMap<String, String> parameters = new TreeMap<>();
    if (question >= 0) {
      for (String pair : text.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException(text + ": " + pair + " (expected: KEY=VALUE)");
        }
        String key = pair.substring(0, equals);
        if (parameters.put(key, decode(text, pair.substring(equals + 1))) != null) {
          throw new IllegalArgumentException(text + ": " + key + " twice (expected: once)");
        }
      }
    }
    return new DiscoveryQuery(text.substring(0, colon), service, parameters);
  }

  private static String decode(String text, String value) {
    try {
      // A plus sign is a plus sign here; only forms use it for a space.
      return URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          text + ": " + value + " (expected: a value in percent-encoding; a % itself is %25)", e);
    }
  }

  /** The canonical text: parameters sorted by key. */
  @Override
  public String toString() {
    if (parameters.isEmpty()) {
      return registry + ":" + service;
    }
    String query =
        parameters.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("&"));
    return registry + ":" + service + "?" + query;
  }
}
