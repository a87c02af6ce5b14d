package dev.lish.guard;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lish.model.Resource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.Collection;
import java.util.OptionalInt;

/**
 * What of a cluster's configuration decides how it takes changes of its hosts. {@code
 * ignore_new_hosts_until_first_hc} does not: with it a new host counts from the first result of its
 * check on, and that may be a failure.
 *
 * @param threshold the panic threshold that Envoy uses, in whole percent; 0: never in panic
 * @param activeChecks Envoy checks the hosts itself
 * @param dropsRemoved {@code ignore_health_on_host_removal}: a removed host is gone at once; else
 *     Envoy keeps it while its checks pass
 * @param localityWeighted a raised factor would change how localities share the load
 */
public record ClusterRules(
    int threshold, boolean activeChecks, boolean dropsRemoved, boolean localityWeighted) {
  /** The runtime key that wins over the cluster's threshold. */
  public static final String RUNTIME_KEY = "upstream.healthy_panic_threshold";

  /** Envoy's defaults. */
  public static final ClusterRules DEFAULT =
      new ClusterRules(PanicRule.DEFAULT_THRESHOLD, false, false, false);

  /** What a cluster says itself. */
  public static ClusterRules of(Cluster cluster) {
    Cluster.CommonLbConfig common = cluster.getCommonLbConfig();
    return new ClusterRules(
        common.hasHealthyPanicThreshold()
            ? PanicRule.threshold(common.getHealthyPanicThreshold().getValue())
            : PanicRule.DEFAULT_THRESHOLD,
        cluster.getHealthChecksCount() > 0,
        cluster.getIgnoreHealthOnHostRemoval(),
        common.hasLocalityWeightedLbConfig() || weighsLocalities(cluster.getLoadBalancingPolicy()));
  }

  /**
   * These rules on Envoys with runtime layers.
   *
   * @param runtime what {@link #runtime} found in the layers that the same Envoys get
   */
  public ClusterRules under(OptionalInt runtime) {
    return runtime.isEmpty()
        ? this
        : new ClusterRules(runtime.getAsInt(), activeChecks, dropsRemoved, localityWeighted);
  }

  private static boolean weighsLocalities(LoadBalancingPolicy balancing) {
    return balancing.getPoliciesList().stream()
        .map(policy -> policy.getTypedExtensionConfig().getTypedConfig())
        .anyMatch(ClusterRules::weighsLocalities);
  }

  /** Each extension policy says it in its own way; one that wraps others passes theirs on. */
  private static boolean weighsLocalities(Any policy) {
    try {
      if (policy.is(RoundRobin.class)) {
        return weighs(policy.unpack(RoundRobin.class).getLocalityLbConfig());
      } else if (policy.is(LeastRequest.class)) {
        return weighs(policy.unpack(LeastRequest.class).getLocalityLbConfig());
      } else if (policy.is(Random.class)) {
        return weighs(policy.unpack(Random.class).getLocalityLbConfig());
      } else if (policy.is(RingHash.class)) {
        return policy.unpack(RingHash.class).hasLocalityWeightedLbConfig();
      } else if (policy.is(Maglev.class)) {
        return policy.unpack(Maglev.class).hasLocalityWeightedLbConfig();
      } else if (policy.is(Subset.class)) {
        return weighsLocalities(policy.unpack(Subset.class).getSubsetLbPolicy());
      }
      return policy.is(WrrLocality.class);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(policy.getTypeUrl() + ": " + e.getMessage(), e);
    }
  }

  private static boolean weighs(LocalityLbConfig config) {
    return config.hasLocalityWeightedLbConfig();
  }

  /**
   * The threshold that runtime layers set, which wins over the clusters'. The highest of all
   * layers, as the safe side: which of them an Envoy asks for, and in which order, is in its
   * bootstrap.
   *
   * @throws IllegalArgumentException when the bytes are no layer
   */
  public static OptionalInt runtime(Collection<Resource> layers) {
    OptionalInt highest = OptionalInt.empty();
    for (Resource layer : layers) {
      OptionalInt value;
      try {
        value = find(Runtime.parseFrom(layer.body()).getLayer(), RUNTIME_KEY);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalArgumentException(layer + ": " + e.getMessage(), e);
      }
      if (value.isPresent() && value.getAsInt() >= highest.orElse(0)) {
        highest = value;
      }
    }
    return highest;
  }

  /** A layer may be nested at any dot; "getInteger" takes whole numbers only, and 100 at most. */
  private static OptionalInt find(Struct layer, String key) {
    Value value = layer.getFieldsOrDefault(key, Value.getDefaultInstance());
    if (value.hasNumberValue() || value.hasStringValue()) {
      double number = value.getNumberValue();
      if (value.hasStringValue()) {
        try {
          number = Double.parseDouble(value.getStringValue());
        } catch (NumberFormatException e) {
          return OptionalInt.empty();
        }
      }
      return number >= 0 && number == Math.rint(number)
          ? OptionalInt.of((int) Math.min(100, number))
          : OptionalInt.empty();
    }
    for (int dot = key.indexOf('.'); dot > 0; dot = key.indexOf('.', dot + 1)) {
      Value nested = layer.getFieldsOrDefault(key.substring(0, dot), Value.getDefaultInstance());
      if (nested.hasStructValue()) {
        OptionalInt found = find(nested.getStructValue(), key.substring(dot + 1));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Rules that are safe for both: two clusters may share one assignment. */
  public ClusterRules and(ClusterRules other) {
    return new ClusterRules(
        Math.max(threshold, other.threshold),
        activeChecks || other.activeChecks,
        dropsRemoved && other.dropsRemoved,
        localityWeighted || other.localityWeighted);
  }
}
