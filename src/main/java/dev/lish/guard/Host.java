package dev.lish.guard;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A host of an assignment.
 *
 * @param key what makes it the same host for Envoy: its address, and the one that is checked
 * @param priority of its locality
 * @param status what the assignment says of it
 */
record Host(String key, int priority, Status status) {
  /** The health that an assignment gives a host. */
  enum Status {
    UP,
    DEGRADED,
    DOWN
  }

  boolean up() {
    return status != Status.DOWN;
  }

  /**
   * The hosts of an assignment, each key once: Envoy keeps the first of those that are the same.
   */
  static List<Host> of(ClusterLoadAssignment assignment) {
    List<Host> hosts = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (LocalityLbEndpoints locality : assignment.getEndpointsList()) {
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        String key = key(endpoint);
        if (keys.add(key)) {
          hosts.add(new Host(key, locality.getPriority(), status(endpoint.getHealthStatus())));
        }
      }
    }
    return hosts;
  }

  static String key(LbEndpoint endpoint) {
    Endpoint of = endpoint.getEndpoint();
    Endpoint.HealthCheckConfig check = of.getHealthCheckConfig();
    String key = text(of.getAddress());
    if (check.hasAddress()) {
      key += "/" + text(check.getAddress());
    }
    return check.getPortValue() > 0 ? key + "/" + check.getPortValue() : key;
  }

  private static String text(Address address) {
    return address.hasSocketAddress()
        ? HostKey.of(
            address.getSocketAddress().getAddress(), address.getSocketAddress().getPortValue())
        : address.toString().strip();
  }

  /** DRAINING hosts are not counted by Envoy, yet get traffic in panic: counting them is safe. */
  private static Status status(HealthStatus status) {
    return switch (status) {
      case UNKNOWN, HEALTHY -> Status.UP;
      case DEGRADED -> Status.DEGRADED;
      case UNHEALTHY, DRAINING, TIMEOUT, UNRECOGNIZED -> Status.DOWN;
    };
  }
}
