package dev.lish.accesslog;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is kept of entries as they are.
 *
 * @param oneIn of the requests that went well one in so many; 0: none
 * @param oneIn4xx of those with a status 4xx one in so many; 0: none
 * @param redacted names of headers whose values are not kept
 */
public record RawSettings(int oneIn, int oneIn4xx, Set<String> redacted) {
  /** Nothing but for those who follow. */
  public static final RawSettings NOTHING =
      new RawSettings(
          -1,
          -1,
          Set.of("authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"));

  /** Copies the set, in lower case. */
  public RawSettings {
    Set<String> lower = new TreeSet<>();
    redacted.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    redacted = Set.copyOf(lower);
  }

  /** True when errors, at least, are kept. */
  boolean keeps() {
    return oneIn >= 0;
  }
}
