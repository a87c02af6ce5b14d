package dev.lish.check;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

/** What makes no load assignment. */
final class EndpointRules {
  private EndpointRules() {}

  /** An assignment that is a resource of its own: its hosts are addresses. */
  static void discovered(ClusterLoadAssignment assignment, Walk walk) {
    if (walk.isAtTop()) {
      hosts(assignment, DiscoveryType.EDS, walk);
      drops(assignment, walk);
    }
  }

  /** That of a cluster of this type, seen from the cluster. */
  static void inCluster(ClusterLoadAssignment assignment, DiscoveryType type, Walk walk) {
    hosts(assignment, type, walk, "load_assignment");
    drops(assignment, walk, "load_assignment");
  }

  private static void hosts(
      ClusterLoadAssignment assignment, DiscoveryType type, Walk walk, Object... at) {
    for (int i = 0; i < assignment.getEndpointsCount(); i++) {
      for (int j = 0; j < assignment.getEndpoints(i).getLbEndpointsCount(); j++) {
        LbEndpoint host = assignment.getEndpoints(i).getLbEndpoints(j);
        Object[] place = AddressRules.with(at, "endpoints", i, "lb_endpoints", j);
        if (type == DiscoveryType.STATIC || type == DiscoveryType.EDS) {
          host(host, type, walk, place);
        }
      }
    }
  }

  private static void host(LbEndpoint host, DiscoveryType type, Walk walk, Object... at) {
    Endpoint endpoint = host.getEndpoint();
    if (!endpoint.hasAddress()) {
      walk.found(
          Rule.BAD_ADDRESS,
          "found no address (expected: endpoint.address, as only DNS finds hosts by a name)",
          at);
    }
    // In a cluster the rule of the cluster's type says it, with what other type there is.
    if (type == DiscoveryType.EDS) {
      AddressRules.address(
          endpoint.getAddress(), walk, AddressRules.with(at, "endpoint", "address"));
    }
    for (int i = 0; i < endpoint.getAdditionalAddressesCount(); i++) {
      AddressRules.address(
          endpoint.getAdditionalAddresses(i).getAddress(),
          walk,
          AddressRules.with(at, "endpoint", "additional_addresses", i, "address"));
    }
    AddressRules.address(
        endpoint.getHealthCheckConfig().getAddress(),
        walk,
        AddressRules.with(at, "endpoint", "health_check_config", "address"));
  }

  private static void drops(ClusterLoadAssignment assignment, Walk walk, Object... at) {
    var policy = assignment.getPolicy();
    Object[] list = AddressRules.with(at, "policy", "drop_overloads");
    if (policy.getDropOverloadsCount() > 1) {
      walk.found(
          Rule.BAD_SETTING,
          "found %d categories (expected: one, as Envoy knows no more)"
              .formatted(policy.getDropOverloadsCount()),
          list);
      return;
    }
    for (int i = 0; i < policy.getDropOverloadsCount(); i++) {
      FractionalPercent percent = policy.getDropOverloads(i).getDropPercentage();
      long whole = whole(percent);
      if (Integer.toUnsignedLong(percent.getNumerator()) > whole) {
        walk.found(
            Rule.BAD_SETTING,
            "found %d of %d (expected: at most all)"
                .formatted(Integer.toUnsignedLong(percent.getNumerator()), whole),
            AddressRules.with(list, i, "drop_percentage"));
      }
    }
  }

  private static long whole(FractionalPercent percent) {
    return switch (percent.getDenominator()) {
      case TEN_THOUSAND -> 10_000;
      case MILLION -> 1_000_000;
      default -> 100;
    };
  }
}
