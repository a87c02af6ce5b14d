package dev.lish.admin;

import dev.lish.model.Locality;
import dev.lish.model.Resource;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What others print.
 *
 * @param metrics every meter, in the format that an {@code Accept} header asks for
 * @param json a resource as proto3 JSON, secrets redacted
 * @param bootstrap an Envoy bootstrap as YAML; an {@link IllegalArgumentException} says what is
 *     wrong with the request
 */
public record Texts(
    Function<String, Page> metrics,
    Function<Resource, String> json,
    Function<BootstrapRequest, String> bootstrap) {

  /** A text with its type. */
  public record Page(String contentType, String body) {}

  /**
   * What {@code lish bootstrap} can be told; empty where nothing was said.
   *
   * @param nodeId {@code node.id}
   * @param nodeCluster {@code node.cluster}
   * @param locality {@code node.locality}
   * @param metadata {@code node.metadata}
   * @param servers {@code HOST:PORT} of every replica; empty: this one
   * @param sotw true: state of the world instead of delta
   */
  public record BootstrapRequest(
      String nodeId,
      String nodeCluster,
      Locality locality,
      SortedMap<String, String> metadata,
      List<String> servers,
      boolean sotw) {
    /** Copies the collections. */
    public BootstrapRequest {
      metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
      servers = List.copyOf(servers);
    }
  }
}
