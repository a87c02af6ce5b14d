package dev.lish;

import dev.lish.model.Locality;
import dev.lish.model.Node;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Nodes for tests. */
public final class Nodes {
  private Nodes() {}

  /** A node in zone {@code tokyo-1} with this metadata. */
  public static Node node(String id, String cluster, Map<String, String> metadata) {
    return new Node(
        id,
        cluster,
        new Locality("jp", "tokyo-1", ""),
        new TreeMap<>(metadata),
        "1.40.0",
        "127.0.0.1:1",
        List.of());
  }
}
