package dev.lish.guard;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lish.model.Resource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.Collection;
import java.util.OptionalInt;

/**
 * What of a cluster's configuration decides how it takes changes of its hosts.
 *
 * @param threshold the panic threshold that Envoy uses, in whole percent; 0: never in panic
 * @param activeChecks Envoy checks the hosts itself
 * @param dropsRemoved {@code ignore_health_on_host_removal}: a removed host is gone at once; else
 *     Envoy keeps it while its checks pass
 * @param excludesNew {@code ignore_new_hosts_until_first_hc}: a new host counts from the first
 *     result of its check on. That may be a failure, so it relaxes nothing here
 * @param localityWeighted a raised factor would change how localities share the load
 */
public record ClusterRules(
    int threshold,
    boolean activeChecks,
    boolean dropsRemoved,
    boolean excludesNew,
    boolean localityWeighted) {
  /** The runtime key that wins over the cluster's threshold. */
  public static final String RUNTIME_KEY = "upstream.healthy_panic_threshold";

  /** Envoy's defaults. */
  public static final ClusterRules DEFAULT =
      new ClusterRules(PanicRule.DEFAULT_THRESHOLD, false, false, false, false);

  /** What a cluster says itself. */
  public static ClusterRules of(Cluster cluster) {
    Cluster.CommonLbConfig common = cluster.getCommonLbConfig();
    return new ClusterRules(
        common.hasHealthyPanicThreshold()
            ? PanicRule.threshold(common.getHealthyPanicThreshold().getValue())
            : PanicRule.DEFAULT_THRESHOLD,
        cluster.getHealthChecksCount() > 0,
        cluster.getIgnoreHealthOnHostRemoval(),
        common.getIgnoreNewHostsUntilFirstHc(),
        common.hasLocalityWeightedLbConfig() || weighsLocalities(cluster));
  }

  /**
   * These rules on Envoys with runtime layers.
   *
   * @param runtime what {@link #runtime} found in the layers that the same Envoys get
   */
  public ClusterRules under(OptionalInt runtime) {
    return runtime.isEmpty()
        ? this
        : new ClusterRules(
            runtime.getAsInt(), activeChecks, dropsRemoved, excludesNew, localityWeighted);
  }

  /** The extension policies say it in a message of their own, whose type need not be known here. */
  private static boolean weighsLocalities(Cluster message) {
    return message.getLoadBalancingPolicy().getPoliciesList().stream()
        .map(policy -> policy.getTypedExtensionConfig().getTypedConfig())
        .anyMatch(
            any ->
                any.getTypeUrl().endsWith("WrrLocality")
                    || any.getValue().toStringUtf8().contains("locality_weighted"));
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
        excludesNew && other.excludesNew,
        localityWeighted || other.localityWeighted);
  }
}
