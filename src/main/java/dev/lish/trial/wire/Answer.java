package dev.lish.trial.wire;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An HTTP answer.
 *
 * @param status such as 200
 * @param headers names compare without case; several values of one are joined with a comma
 * @param body as text
 */
public record Answer(int status, Map<String, String> headers, String body) {
  /** Copies the map. */
  public Answer {
    TreeMap<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    headers = Collections.unmodifiableMap(copy);
  }

  /** A header's value. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
