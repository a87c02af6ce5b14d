package dev.lish.render;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.guard.HostKey;
import dev.lish.model.Locality;
import dev.lish.model.Resource;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Hosts that are written in the mesh, as the instances that a registry would call them. */
public final class WrittenHosts {
  private WrittenHosts() {}

  /** Those of a cluster that has its hosts in itself (static ones, and those found by DNS). */
  public static List<Instance> of(Resource cluster) {
    try {
      return of(Cluster.parseFrom(cluster.body()).getLoadAssignment().getEndpointsList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(cluster + ": " + e.getMessage(), e);
    }
  }

  static List<Instance> of(Collection<LocalityLbEndpoints> localities) {
    List<Instance> hosts = new ArrayList<>();
    for (LocalityLbEndpoints locality : localities) {
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        instance(endpoint).ifPresent(hosts::add);
      }
    }
    return hosts;
  }

  /** What it is called: {@code ADDRESS:PORT}; empty for what has none, such as a pipe. */
  static Optional<String> place(LbEndpoint endpoint) {
    SocketAddress at = endpoint.getEndpoint().getAddress().getSocketAddress();
    return at.getPortValue() < 1 || at.getPortValue() > 65_535
        ? Optional.empty()
        : Optional.of(HostKey.of(at.getAddress(), at.getPortValue()));
  }

  private static Optional<Instance> instance(LbEndpoint endpoint) {
    SocketAddress at = endpoint.getEndpoint().getAddress().getSocketAddress();
    return place(endpoint)
        .map(
            place ->
                new Instance(
                    place,
                    at.getAddress(),
                    at.getPortValue(),
                    health(endpoint.getHealthStatus()),
                    1,
                    Locality.UNKNOWN,
                    new TreeMap<>()));
  }

  private static Health health(HealthStatus status) {
    return switch (status) {
      case UNKNOWN, HEALTHY -> Health.PASSING;
      case DEGRADED -> Health.DEGRADED;
      case UNHEALTHY, DRAINING, TIMEOUT, UNRECOGNIZED -> Health.CRITICAL;
    };
  }
}
