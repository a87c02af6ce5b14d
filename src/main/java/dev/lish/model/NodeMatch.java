package dev.lish.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which nodes belong: every key must match ({@link Node#values} has the keys), a glob with {@code
 * *} and {@code ?}; no keys match every node.
 *
 * @param globs key to glob
 */
public record NodeMatch(SortedMap<String, String> globs) {
  /** Matches every node. */
  public static final NodeMatch ALL = new NodeMatch(new TreeMap<>());

  /** Copies the map. */
  public NodeMatch {
    globs = Collections.unmodifiableSortedMap(new TreeMap<>(globs));
    for (String key : globs.keySet()) {
      if (!Node.isKey(key)) {
        throw new IllegalArgumentException(
            key + " (expected: id, cluster, locality.*, metadata.* or peer.san)");
      }
    }
  }

  /** True when every glob matches one of the node's values for its key. */
  public boolean matches(Node node) {
    for (Map.Entry<String, String> glob : globs.entrySet()) {
      if (node.values(glob.getKey()).stream().noneMatch(v -> matches(glob.getValue(), v))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(String glob, String value) {
    if (glob.indexOf('*') < 0 && glob.indexOf('?') < 0) {
      return glob.equals(value);
    }
    String regex = Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.compile(regex, Pattern.DOTALL).matcher(value).matches();
  }
}
