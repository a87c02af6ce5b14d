package dev.lish.guard;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UInt32Value;
import dev.lish.guard.Base.Known;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Assignments with other hosts, or another factor, than they were wanted with. */
final class Assignments {
  private Assignments() {}

  /**
   * The assignment with just these hosts.
   *
   * @param factor 0: as it was
   */
  static Resource with(
      Resource resource, ClusterLoadAssignment wanted, Map<String, Known> hosts, int factor) {
    boolean same =
        factor == 0
            && hosts.values().stream().allMatch(known -> known.leaving().isEmpty())
            && Host.of(wanted).stream().allMatch(host -> hosts.containsKey(host.key()));
    if (same) {
      return resource;
    }
    ClusterLoadAssignment.Builder next = wanted.toBuilder().clearEndpoints();
    for (LocalityLbEndpoints locality : wanted.getEndpointsList()) {
      LocalityLbEndpoints.Builder some = locality.toBuilder().clearLbEndpoints();
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        if (hosts.containsKey(Host.key(endpoint))) {
          some.addLbEndpoints(endpoint);
        }
      }
      if (some.getLbEndpointsCount() > 0 || locality.getLbEndpointsCount() == 0) {
        next.addEndpoints(some);
      }
    }
    hosts.values().stream()
        .filter(known -> known.leaving().isPresent())
        .forEach(known -> list(next, locality(known.form())));
    if (factor > 0) {
      next.getPolicyBuilder().setOverprovisioningFactor(UInt32Value.of(factor));
    }
    return Resource.of(
        ResourceType.ENDPOINT, resource.name(), bytes(next.build()), resource.path());
  }

  /** What was let through last, as it is written, without these hosts. */
  static Resource without(Decision decision, Set<String> hosts) {
    Resource sent = decision.admitted().resource();
    ClusterLoadAssignment.Builder next = parse(sent, ClusterLoadAssignment.parser()).toBuilder();
    for (LocalityLbEndpoints.Builder locality : next.getEndpointsBuilderList()) {
      List<LbEndpoint> stay =
          locality.getLbEndpointsList().stream().filter(e -> !hosts.contains(Host.key(e))).toList();
      locality.clearLbEndpoints().addAllLbEndpoints(stay);
    }
    next.getPolicyBuilder().setOverprovisioningFactor(UInt32Value.of(decision.written()));
    return Resource.of(ResourceType.ENDPOINT, sent.name(), bytes(next.build()), sent.path());
  }

  /** What was let through last, as it is written, with so many hosts more, all of them down. */
  static Resource plus(Decision decision, int hosts, int priority) {
    Resource sent = decision.admitted().resource();
    ClusterLoadAssignment.Builder next = parse(sent, ClusterLoadAssignment.parser()).toBuilder();
    LocalityLbEndpoints.Builder more = next.addEndpointsBuilder().setPriority(priority);
    more.getLocalityBuilder().setSubZone("what-if");
    for (int i = 0; i < hosts; i++) {
      LbEndpoint.Builder host =
          more.addLbEndpointsBuilder().setHealthStatus(HealthStatus.UNHEALTHY);
      host.getEndpointBuilder().getAddressBuilder().getPipeBuilder().setPath("what-if-" + i);
    }
    next.getPolicyBuilder().setOverprovisioningFactor(UInt32Value.of(decision.written()));
    return Resource.of(ResourceType.ENDPOINT, sent.name(), bytes(next.build()), sent.path());
  }

  /**
   * Into its locality, where that is listed still: Envoy takes each locality of a priority once.
   */
  private static void list(ClusterLoadAssignment.Builder next, LocalityLbEndpoints leaving) {
    for (LocalityLbEndpoints.Builder locality : next.getEndpointsBuilderList()) {
      if (locality.getPriority() == leaving.getPriority()
          && locality.getLocality().equals(leaving.getLocality())) {
        locality.addAllLbEndpoints(leaving.getLbEndpointsList());
        return;
      }
    }
    next.addEndpoints(leaving);
  }

  /** The host alone in its locality, as UNHEALTHY. */
  static ByteString form(ClusterLoadAssignment assignment, String key) {
    for (LocalityLbEndpoints locality : assignment.getEndpointsList()) {
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        if (Host.key(endpoint).equals(key)) {
          return bytes(
              locality.toBuilder()
                  .clearLbEndpoints()
                  .addLbEndpoints(endpoint.toBuilder().setHealthStatus(HealthStatus.UNHEALTHY))
                  .build());
        }
      }
    }
    return ByteString.EMPTY;
  }

  /**
   * The message that a resource is.
   *
   * @throws IllegalArgumentException when it is another
   */
  static <T> T parse(Resource resource, Parser<T> parser) {
    try {
      return parser.parseFrom(resource.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(resource + ": " + e.getMessage(), e);
    }
  }

  private static LocalityLbEndpoints locality(ByteString form) {
    try {
      return LocalityLbEndpoints.parseFrom(form);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("a kept host cannot be read: " + e.getMessage(), e);
    }
  }

  /** The factor with which the lightest host alone is enough, those counted that are leaving. */
  static int weighedFactor(ClusterLoadAssignment assignment, Collection<Known> hosts) {
    List<LocalityLbEndpoints> localities = new ArrayList<>(assignment.getEndpointsList());
    hosts.stream()
        .filter(known -> known.leaving().isPresent())
        .forEach(known -> localities.add(locality(known.form())));
    long sum = 0;
    long least = Long.MAX_VALUE;
    for (LocalityLbEndpoints locality : localities) {
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        long weight =
            endpoint.hasLoadBalancingWeight()
                ? Integer.toUnsignedLong(endpoint.getLoadBalancingWeight().getValue())
                : 1;
        sum += weight;
        least = Math.min(least, Math.max(1, weight));
      }
    }
    return sum == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (101 * sum + least - 1) / least);
  }

  /** The same message always gives the same bytes. */
  private static ByteString bytes(com.google.protobuf.MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to be written", e);
    }
    return ByteString.copyFrom(bytes);
  }
}
