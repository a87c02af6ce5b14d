package dev.lish.source;

import dev.lish.model.Locality;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One instance of a service, as its registry knows it.
 *
 * @param id unique within the registry's answer
 * @param address IPv4 or IPv6 address; a host name is kept as it is (Envoy refuses it in EDS)
 * @param port 1 to 65535
 * @param health what the registry says
 * @param weight load-balancing weight, 1 or more, for the health it has
 * @param locality where it runs
 * @param metadata goes to {@code envoy.lb} of the endpoint, for subsets
 */
public record Instance(
    String id,
    String address,
    int port,
    Health health,
    int weight,
    Locality locality,
    SortedMap<String, String> metadata) {
  /** Checks the ranges, copies the map. */
  public Instance {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
    if (weight < 1) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: 1 or more)");
    }
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }
}
