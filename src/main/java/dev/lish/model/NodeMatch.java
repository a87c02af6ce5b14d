package dev.lish.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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

  /**
   * In time proportional to the product of both lengths at most: the value comes from whoever
   * connects.
   */
  private static boolean matches(String glob, String value) {
    int at = 0;
    int in = 0;
    int star = -1;
    int taken = 0;
    while (in < value.length()) {
      char expected = at < glob.length() ? glob.charAt(at) : 0;
      if (at < glob.length() && expected == '*') {
        star = at++;
        taken = in;
      } else if (at < glob.length() && (expected == '?' || expected == value.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        // The last star takes one character more; stars before it never need to.
        at = star + 1;
        in = ++taken;
      } else {
        return false;
      }
    }
    while (at < glob.length() && glob.charAt(at) == '*') {
      at++;
    }
    return at == glob.length();
  }
}
