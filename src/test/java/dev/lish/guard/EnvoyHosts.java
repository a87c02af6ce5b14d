package dev.lish.guard;

import dev.lish.guard.EnvoyPanic.Seen;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The hosts that an Envoy has of a cluster, as it follows assignments ({@code
 * updateDynamicHostList} of its {@code upstream_impl.cc}).
 *
 * @param hosts by address and port
 * @param factor for overprovisioning, in percent
 * @param weighted {@code weighted_priority_health}
 */
record EnvoyHosts(Map<String, Listed> hosts, long factor, boolean weighted) {
  static final EnvoyHosts NONE = new EnvoyHosts(Map.of(), 140, false);

  /** A host and what the assignment says of it. */
  record Listed(int priority, HealthStatus status, long weight) {
    /** {@code FAILED_EDS_HEALTH}: such a host goes at once when it is listed no more. */
    boolean failed() {
      return status == HealthStatus.UNHEALTHY || status == HealthStatus.TIMEOUT;
    }
  }

  /**
   * After the next assignment.
   *
   * @param keeps checks the hosts itself, without {@code ignore_health_on_host_removal}
   * @param passing its checks of these pass
   */
  EnvoyHosts take(ClusterLoadAssignment assignment, boolean keeps, Set<String> passing) {
    Map<String, Listed> next = new TreeMap<>();
    for (LocalityLbEndpoints locality : assignment.getEndpointsList()) {
      for (LbEndpoint host : locality.getLbEndpointsList()) {
        long weight = host.hasLoadBalancingWeight() ? host.getLoadBalancingWeight().getValue() : 1;
        next.putIfAbsent(
            host.getEndpoint().getAddress().getSocketAddress().getAddress(),
            new Listed(locality.getPriority(), host.getHealthStatus(), weight));
      }
    }
    hosts.forEach(
        (name, host) -> {
          if (keeps && !host.failed() && passing.contains(name)) {
            next.putIfAbsent(name, host);
          }
        });
    ClusterLoadAssignment.Policy policy = assignment.getPolicy();
    return new EnvoyHosts(
        next,
        policy.hasOverprovisioningFactor() ? policy.getOverprovisioningFactor().getValue() : 140,
        policy.getWeightedPriorityHealth());
  }

  /** Those that are listed as failed. */
  Set<String> failed() {
    Set<String> failed = new TreeSet<>();
    hosts.forEach(
        (name, host) -> {
          if (host.failed()) {
            failed.add(name);
          }
        });
    return failed;
  }

  /** With these hosts instead. */
  EnvoyHosts with(Map<String, Listed> others, long otherFactor) {
    return new EnvoyHosts(new TreeMap<>(others), otherFactor, weighted);
  }

  /**
   * True when traffic goes to hosts that are up only, both while Envoy leaves draining and new
   * hosts out of its count and before it does so.
   *
   * @param passing its checks of these pass
   * @param unchecked these are out of the count until their first check has ended
   */
  boolean safe(Set<String> passing, Set<String> unchecked, int threshold) {
    return EnvoyPanic.panics(seen(passing, Set.of(), false), threshold, factor).isEmpty()
        && EnvoyPanic.panics(seen(passing, unchecked, true), threshold, factor).isEmpty();
  }

  /** True when there is no host at all that could take traffic, so nothing is left to protect. */
  boolean isLost(Set<String> passing) {
    return seen(passing, Set.of(), false).stream().noneMatch(h -> h.healthy() || h.degraded());
  }

  private List<Seen> seen(Set<String> passing, Set<String> unchecked, boolean excludes) {
    List<Seen> seen = new ArrayList<>();
    hosts.forEach(
        (name, host) -> {
          boolean well =
              host.status() == HealthStatus.UNKNOWN || host.status() == HealthStatus.HEALTHY;
          boolean passes = passing.contains(name);
          boolean draining = host.status() == HealthStatus.DRAINING;
          seen.add(
              new Seen(
                  host.priority(),
                  passes && well,
                  passes && host.status() == HealthStatus.DEGRADED,
                  excludes && (draining || (unchecked.contains(name) && !passes)),
                  weighted ? host.weight() : 1));
        });
    return seen;
  }
}
