package dev.lish.check;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import java.math.BigInteger;
import java.util.Set;

/** What the code of Envoy's load balancers refuses. */
final class BalancingRules {
  private static final String KIND = "envoy.load_balancing_policies";

  /** {@code minimum_ring_size} and {@code maximum_ring_size}, where they are not set. */
  private static final long SMALLEST_RING = 1024;

  private static final long LARGEST_RING = 8L << 20;

  /** Cluster types that bring their own load balancer. */
  private static final Set<String> PROVIDED =
      Set.of(
          "envoy.extensions.clusters.aggregate.v3.ClusterConfig",
          "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig");

  private BalancingRules() {}

  static void cluster(Cluster cluster, Walk walk) {
    policy(cluster, walk);
    subsets(cluster, walk);
    var ring = cluster.getRingHashLbConfig();
    if (cluster.getLbPolicy() == LbPolicy.RING_HASH && !cluster.hasLoadBalancingPolicy()) {
      ring(
          ring.hasMinimumRingSize() ? ring.getMinimumRingSize().getValue() : SMALLEST_RING,
          ring.hasMaximumRingSize() ? ring.getMaximumRingSize().getValue() : LARGEST_RING,
          walk,
          "ring_hash_lb_config");
    }
    if (cluster.getLbPolicy() == LbPolicy.MAGLEV
        && cluster.getMaglevLbConfig().hasTableSize()
        && !cluster.hasLoadBalancingPolicy()) {
      long size = cluster.getMaglevLbConfig().getTableSize().getValue();
      table(size, walk, "maglev_lb_config", "table_size");
    }
  }

  static void ring(RingHash ring, Walk walk) {
    ring(
        ring.hasMinimumRingSize() ? ring.getMinimumRingSize().getValue() : SMALLEST_RING,
        ring.hasMaximumRingSize() ? ring.getMaximumRingSize().getValue() : LARGEST_RING,
        walk);
  }

  static void maglev(Maglev maglev, Walk walk) {
    if (maglev.hasTableSize()) {
      table(maglev.getTableSize().getValue(), walk, "table_size");
    }
  }

  private static void ring(long least, long most, Walk walk, Object... at) {
    if (Long.compareUnsigned(least, most) > 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a minimum_ring_size of %d and a maximum_ring_size of %d (expected: at most that)"
              .formatted(least, most),
          at);
    }
  }

  private static void table(long size, Walk walk, Object... at) {
    // Envoy takes 1 for a prime number.
    if (size != 1 && !BigInteger.valueOf(size).isProbablePrime(50)) {
      walk.found(Rule.BAD_SETTING, "found %d (expected: a prime number)".formatted(size), at);
    }
  }

  private static void policy(Cluster cluster, Walk walk) {
    if (!cluster.hasLoadBalancingPolicy()) {
      if (cluster.getLbPolicy() == LbPolicy.LOAD_BALANCING_POLICY_CONFIG) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found LOAD_BALANCING_POLICY_CONFIG without load_balancing_policy (expected: both)",
            "lb_policy");
      }
      String type = Extensions.type(cluster.getClusterType().getTypedConfig());
      if (PROVIDED.contains(type) && cluster.getLbPolicy() != LbPolicy.CLUSTER_PROVIDED) {
        walk.found(
            Rule.CLUSTER_KIND,
            "found another lb_policy (expected: CLUSTER_PROVIDED, as cluster_type has its own)",
            "lb_policy");
      }
      return;
    }
    LoadBalancingPolicy policy = cluster.getLoadBalancingPolicy();
    boolean any =
        policy.getPoliciesList().stream()
            .map(one -> Extensions.type(one.getTypedExtensionConfig().getTypedConfig()))
            .anyMatch(type -> !type.isEmpty() && Extensions.canBe(type, KIND));
    if (!any) {
      walk.found(
          Rule.EXTENSION_KIND,
          "found no policy that Envoy could know (expected: one in policies)",
          "load_balancing_policy");
    }
    var common = cluster.getCommonLbConfig();
    if (cluster.hasLbSubsetConfig()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found load_balancing_policy too (expected: one of them, or the policy subset)",
          "lb_subset_config");
    }
    if (common.hasZoneAwareLbConfig()
        || common.hasLocalityWeightedLbConfig()
        || common.hasConsistentHashingLbConfig()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %s beside load_balancing_policy (expected: it within the policy)"
              .formatted(
                  common.hasZoneAwareLbConfig()
                      ? "zone_aware_lb_config"
                      : common.hasLocalityWeightedLbConfig()
                          ? "locality_weighted_lb_config"
                          : "consistent_hashing_lb_config"),
          "common_lb_config");
    }
  }

  private static void subsets(Cluster cluster, Walk walk) {
    if (!cluster.hasLbSubsetConfig()) {
      return;
    }
    var subsets = cluster.getLbSubsetConfig();
    if (cluster.getLbPolicy() == LbPolicy.CLUSTER_PROVIDED) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found lb_policy CLUSTER_PROVIDED too (expected: one of them)",
          "lb_subset_config");
    }
    if (subsets.getLocalityWeightAware()
        && !cluster.getCommonLbConfig().hasLocalityWeightedLbConfig()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found locality_weight_aware without common_lb_config.locality_weighted_lb_config"
              + " (expected: both)",
          "lb_subset_config",
          "locality_weight_aware");
    }
  }

  /** One way to cut a cluster into subsets. */
  static void selector(Cluster.LbSubsetConfig.LbSubsetSelector selector, Walk walk) {
    if (selector.getFallbackPolicy()
        != Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy.KEYS_SUBSET) {
      return;
    }
    Set<String> keys = Set.copyOf(selector.getKeysList());
    Set<String> fewer = Set.copyOf(selector.getFallbackKeysSubsetList());
    if (fewer.isEmpty() || !keys.containsAll(fewer) || fewer.size() == keys.size()) {
      walk.found(
          Rule.BAD_SETTING,
          "found fallback_keys_subset %s (expected: some of keys, and not all)"
              .formatted(selector.getFallbackKeysSubsetList()));
    }
  }
}
