package dev.lish.check;

import com.google.common.net.InetAddresses;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

/** Looks at clusters. */
final class ClusterLints {
  private ClusterLints() {}

  static void cluster(Cluster cluster, Walk walk) {
    kind(cluster, walk);
    accidents(cluster, walk);
  }

  private static void kind(Cluster cluster, Walk walk) {
    boolean own = cluster.hasClusterType();
    if (own) {
      return;
    }
    DiscoveryType type = cluster.getType();
    if (type == DiscoveryType.EDS && !cluster.hasEdsClusterConfig()) {
      walk.found(
          Rule.CLUSTER_KIND, "found type EDS without eds_cluster_config (expected: both)", "type");
    }
    if (type != DiscoveryType.EDS && cluster.hasEdsClusterConfig()) {
      walk.found(
          Rule.CLUSTER_KIND,
          "found eds_cluster_config in a cluster of type %s (expected: type EDS)".formatted(type),
          "eds_cluster_config");
    }
    boolean original = type == DiscoveryType.ORIGINAL_DST;
    if (original != (cluster.getLbPolicy() == LbPolicy.CLUSTER_PROVIDED)
        && !cluster.hasLoadBalancingPolicy()) {
      walk.found(
          Rule.CLUSTER_KIND,
          original
              ? "found another lb_policy (expected: CLUSTER_PROVIDED, as type is ORIGINAL_DST)"
              : "found CLUSTER_PROVIDED (expected: another, as type is " + type + ")",
          "lb_policy");
    }
    int localities = cluster.getLoadAssignment().getEndpointsCount();
    int hosts = endpoints(cluster.getLoadAssignment());
    if (type == DiscoveryType.LOGICAL_DNS && (hosts != 1 || localities != 1)) {
      walk.found(
          Rule.CLUSTER_KIND,
          "found %d endpoints in %d localities (expected: one, as type is LOGICAL_DNS)"
              .formatted(hosts, localities),
          "load_assignment");
    }
    if (type == DiscoveryType.STATIC) {
      addresses(cluster.getLoadAssignment(), walk);
    }
  }

  private static int endpoints(ClusterLoadAssignment assignment) {
    return assignment.getEndpointsList().stream()
        .mapToInt(LocalityLbEndpoints::getLbEndpointsCount)
        .sum();
  }

  private static void addresses(ClusterLoadAssignment assignment, Walk walk) {
    for (int i = 0; i < assignment.getEndpointsCount(); i++) {
      for (int j = 0; j < assignment.getEndpoints(i).getLbEndpointsCount(); j++) {
        LbEndpoint endpoint = assignment.getEndpoints(i).getLbEndpoints(j);
        var socket = endpoint.getEndpoint().getAddress().getSocketAddress();
        if (!socket.getAddress().isEmpty()
            && socket.getResolverName().isEmpty()
            && !InetAddresses.isInetAddress(socket.getAddress())) {
          walk.found(
              Rule.CLUSTER_KIND,
              "found \"%s\" (expected: an IP address, or a cluster of type STRICT_DNS)"
                  .formatted(socket.getAddress()),
              "load_assignment",
              "endpoints",
              i,
              "lb_endpoints",
              j,
              "endpoint",
              "address",
              "socket_address",
              "address");
        }
      }
    }
  }

  private static void accidents(Cluster cluster, Walk walk) {
    if (cluster.getType() == DiscoveryType.EDS
        && !cluster.hasClusterType()
        && cluster.getHealthChecksCount() > 0
        && !cluster.getIgnoreHealthOnHostRemoval()) {
      walk.found(
          Rule.HOST_REMOVAL,
          "found active checks of discovered hosts without ignore_health_on_host_removal"
              + " (expected: ignore_health_on_host_removal: true)",
          "health_checks");
    }
    var common = cluster.getCommonLbConfig();
    if (common.hasHealthyPanicThreshold() && common.getHealthyPanicThreshold().getValue() < 1) {
      walk.found(
          Rule.PANIC_OFF,
          "found %s (expected: at least 1, or no field, which means 50)"
              .formatted(common.getHealthyPanicThreshold().getValue()),
          "common_lb_config",
          "healthy_panic_threshold");
    }
    if (cluster.getCircuitBreakers().getThresholdsCount() == 0) {
      walk.found(
          Rule.NO_CIRCUIT_BREAKER,
          "no circuit_breakers: at most 1024 connections, waiting and running requests, and 3"
              + " retries (expected: limits that fit the cluster)");
    }
  }
}
