package dev.lish.guard;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.Map;
import java.util.TreeMap;

/** Assignments in one line. */
final class Cla {
  private Cla() {}

  /** Hosts {@code p/n} by priority and number to their status. */
  static Resource of(Map<String, HealthStatus> hosts) {
    return of(hosts, 140);
  }

  /** The same with an overprovisioning factor, which is Envoy's default when it is 140. */
  static Resource of(Map<String, HealthStatus> hosts, int factor) {
    TreeMap<Integer, LocalityLbEndpoints.Builder> levels = new TreeMap<>();
    new TreeMap<>(hosts)
        .forEach(
            (name, status) -> {
              int priority = Integer.parseInt(name.substring(0, name.indexOf('/')));
              int number = Integer.parseInt(name.substring(name.indexOf('/') + 1));
              levels
                  .computeIfAbsent(priority, p -> LocalityLbEndpoints.newBuilder().setPriority(p))
                  .addLbEndpointsBuilder()
                  .setHealthStatus(status)
                  .getEndpointBuilder()
                  .getAddressBuilder()
                  .getSocketAddressBuilder()
                  .setAddress("10." + priority + ".0." + number)
                  .setPortValue(80);
            });
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder().setClusterName("shop");
    levels.values().forEach(assignment::addEndpoints);
    if (factor != 140) {
      assignment.getPolicyBuilder().getOverprovisioningFactorBuilder().setValue(factor);
    }
    return Resource.of(
        ResourceType.ENDPOINT, "shop", assignment.build().toByteString(), "endpoints/shop.yaml");
  }

  /** The same, with {@code weighted_priority_health}. */
  static Resource weighted(Map<String, HealthStatus> hosts) {
    ClusterLoadAssignment assignment =
        Assignments.parse(of(hosts), ClusterLoadAssignment.parser()).toBuilder()
            .setPolicy(ClusterLoadAssignment.Policy.newBuilder().setWeightedPriorityHealth(true))
            .build();
    return Resource.of(
        ResourceType.ENDPOINT, "shop", assignment.toByteString(), "endpoints/shop.yaml");
  }

  static ClusterLoadAssignment read(Admitted admitted) {
    try {
      return ClusterLoadAssignment.parseFrom(admitted.resource().body());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  static int factor(Admitted admitted) {
    ClusterLoadAssignment assignment = read(admitted);
    return assignment.getPolicy().hasOverprovisioningFactor()
        ? assignment.getPolicy().getOverprovisioningFactor().getValue()
        : 140;
  }
}
