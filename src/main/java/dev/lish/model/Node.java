package dev.lish.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An Envoy as it introduced itself, and as we see it connected.
 *
 * @param id {@code --service-node}
 * @param cluster {@code --service-cluster}
 * @param locality where it says it runs
 * @param metadata flattened: {@code {a: {b: 1}}} is {@code a.b} = {@code 1}
 * @param envoyVersion for example {@code 1.36.2}, or empty
 * @param peerAddress host and port of its connection, or empty
 * @param peerSans subject alternative names of its client certificate
 */
public record Node(
    String id,
    String cluster,
    Locality locality,
    SortedMap<String, String> metadata,
    String envoyVersion,
    String peerAddress,
    List<String> peerSans) {

  /** Copies the collections. */
  public Node {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    peerSans = List.copyOf(peerSans);
  }

  /**
   * What a key of {@code nodes:} or {@code by:} in {@code mesh.yaml} names: {@code id}, {@code
   * cluster}, {@code locality.region|zone|sub_zone}, {@code metadata.<dotted key>} or {@code
   * peer.san}. Empty when the node has no such value.
   */
  public List<String> values(String key) {
    return switch (key) {
      case "id" -> List.of(id);
      case "cluster" -> List.of(cluster);
      case "locality.region" -> List.of(locality.region());
      case "locality.zone" -> List.of(locality.zone());
      case "locality.sub_zone" -> List.of(locality.subZone());
      case "peer.san" -> peerSans;
      default -> {
        String value =
            key.startsWith("metadata.") ? metadata.get(key.substring("metadata.".length())) : null;
        yield value == null ? List.of() : List.of(value);
      }
    };
  }

  /** True when {@link #values} knows the key. */
  public static boolean isKey(String key) {
    return switch (key) {
      case "id", "cluster", "locality.region", "locality.zone", "locality.sub_zone", "peer.san" ->
          true;
      default -> key.startsWith("metadata.") && key.length() > "metadata.".length();
    };
  }
}
