package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.net.InetAddresses;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.lish.guard.PanicRule;
import dev.lish.model.ContentHash;
import dev.lish.model.Locality;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A ClusterLoadAssignment some of whose entries are discovered; immutable, and hashed once. */
final class AssignmentSpec implements EndpointSpec {
  private static final Comparator<Instance> ORDER =
      Comparator.comparing(Instance::address)
          .thenComparingInt(Instance::port)
          .thenComparing(Instance::id);

  private final String path;
  private final int line;
  private final ClusterLoadAssignment base;
  private final List<Entry> entries;
  private final Set<DiscoveryQuery> queries;
  private final Set<DiscoveryQuery> needed;
  private final List<Instance> written;
  private final Optional<Resource> fixed;
  private final ContentHash hash;

  /** An entry of {@code endpoints}. */
  sealed interface Entry {}

  /** As written. */
  record Fixed(LocalityLbEndpoints endpoints) implements Entry {}

  /**
   * From a registry.
   *
   * @param query which instances
   * @param priority of each locality
   * @param weight load-balancing weight of each locality; empty: none is set
   * @param optional true: others do not wait for its registry
   */
  record Discovered(DiscoveryQuery query, int priority, OptionalInt weight, boolean optional)
      implements Entry {}

  /**
   * An assignment.
   *
   * @param path the mesh file
   * @param line in it
   * @param base the assignment with its name and policy, without endpoints
   */
  AssignmentSpec(String path, int line, ClusterLoadAssignment base, List<Entry> entries) {
    this.path = path;
    this.line = line;
    this.base = base;
    this.entries = List.copyOf(entries);
    Set<DiscoveryQuery> found = new LinkedHashSet<>();
    Set<DiscoveryQuery> needed = new LinkedHashSet<>();
    for (Entry entry : entries) {
      if (entry instanceof Discovered discovered) {
        found.add(discovered.query);
        if (!discovered.optional) {
          needed.add(discovered.query);
        }
      }
    }
    this.queries = Set.copyOf(found);
    this.needed = Set.copyOf(needed);
    this.written =
        WrittenHosts.of(
            this.entries.stream()
                .flatMap(e -> e instanceof Fixed one ? Stream.of(one.endpoints) : Stream.empty())
                .toList());
    this.hash = ContentHash.of(ProtoReader.bytes(base).toByteArray(), description(this.entries));
    this.fixed = queries.isEmpty() ? Optional.of(build(Map.of(), Set.of())) : Optional.empty();
  }

  /** All instances that one query gives. */
  static AssignmentSpec of(String path, int line, String name, DiscoveryQuery query) {
    return new AssignmentSpec(
        path,
        line,
        ClusterLoadAssignment.newBuilder().setClusterName(name).build(),
        List.of(new Discovered(query, 0, OptionalInt.empty(), false)));
  }

  private static byte[] description(List<Entry> entries) {
    StringBuilder text = new StringBuilder();
    for (Entry entry : entries) {
      text.append('\n');
      if (entry instanceof Fixed fixed) {
        text.append(ContentHash.of(ProtoReader.bytes(fixed.endpoints).toByteArray()));
      } else {
        text.append(entry);
      }
    }
    return text.toString().getBytes(UTF_8);
  }

  @Override
  public String name() {
    return base.getClusterName();
  }

  @Override
  public String fingerprint() {
    return hash.toString();
  }

  @Override
  public boolean hasFixed() {
    return entries.stream().anyMatch(Fixed.class::isInstance);
  }

  @Override
  public int factor() {
    return base.getPolicy().hasOverprovisioningFactor()
        ? base.getPolicy().getOverprovisioningFactor().getValue()
        : PanicRule.DEFAULT_FACTOR;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public int line() {
    return line;
  }

  @Override
  public Set<DiscoveryQuery> queries() {
    return queries;
  }

  @Override
  public Set<DiscoveryQuery> needed() {
    return needed;
  }

  @Override
  public List<Instance> written() {
    return written;
  }

  @Override
  public Resource assign(Map<DiscoveryQuery, List<Instance>> instances, Set<String> without) {
    return fixed.filter(all -> without.isEmpty()).orElseGet(() -> build(instances, without));
  }

  private Resource build(Map<DiscoveryQuery, List<Instance>> instances, Set<String> without) {
    ClusterLoadAssignment.Builder assignment = base.toBuilder();
    for (Entry entry : entries) {
      if (entry instanceof Fixed one) {
        assignment.addEndpoints(without.isEmpty() ? one.endpoints : some(one.endpoints, without));
      } else if (entry instanceof Discovered discovered) {
        List<Instance> found = instances.get(discovered.query);
        if (found == null) {
          throw new IllegalArgumentException(
              name() + ": no instances of " + discovered.query + " (expected: every query's)");
        }
        add(assignment, discovered, found);
      }
    }
    return Resource.of(
        ResourceType.ENDPOINT, name(), ProtoReader.bytes(assignment.build()), path, line);
  }

  /** A locality that is left without hosts stays: priorities must not skip a number. */
  private static LocalityLbEndpoints some(LocalityLbEndpoints all, Set<String> without) {
    LocalityLbEndpoints.Builder some = all.toBuilder().clearLbEndpoints();
    for (LbEndpoint endpoint : all.getLbEndpointsList()) {
      if (WrittenHosts.place(endpoint).filter(without::contains).isEmpty()) {
        some.addLbEndpoints(endpoint);
      }
    }
    return some.build();
  }

  private static void add(
      ClusterLoadAssignment.Builder assignment, Discovered entry, List<Instance> instances) {
    TreeMap<Locality, List<Instance>> byLocality = new TreeMap<>();
    for (Instance instance : instances) {
      // In maintenance a host must be absent: in panic Envoy also uses hosts that are unhealthy.
      // One host name would make Envoy refuse the whole assignment.
      if (instance.health() != Health.MAINTENANCE
          && InetAddresses.isInetAddress(instance.address())) {
        byLocality.computeIfAbsent(instance.locality(), l -> new ArrayList<>()).add(instance);
      }
    }
    byLocality.forEach(
        (locality, found) -> {
          found.sort(ORDER);
          LocalityLbEndpoints.Builder endpoints =
              LocalityLbEndpoints.newBuilder().setPriority(entry.priority);
          entry.weight.ifPresent(w -> endpoints.setLoadBalancingWeight(UInt32Value.of(w)));
          if (!locality.isUnknown()) {
            endpoints.setLocality(
                io.envoyproxy.envoy.config.core.v3.Locality.newBuilder()
                    .setRegion(locality.region())
                    .setZone(locality.zone())
                    .setSubZone(locality.subZone()));
          }
          found.forEach(instance -> endpoints.addLbEndpoints(endpoint(instance)));
          assignment.addEndpoints(endpoints);
        });
  }

  private static LbEndpoint endpoint(Instance instance) {
    LbEndpoint.Builder endpoint =
        LbEndpoint.newBuilder()
            .setEndpoint(
                Endpoint.newBuilder()
                    .setAddress(
                        Address.newBuilder()
                            .setSocketAddress(
                                SocketAddress.newBuilder()
                                    .setAddress(instance.address())
                                    .setPortValue(instance.port()))))
            .setHealthStatus(status(instance.health()));
    if (instance.weight() != 1) {
      endpoint.setLoadBalancingWeight(UInt32Value.of(instance.weight()));
    }
    if (!instance.metadata().isEmpty()) {
      Struct.Builder subset = Struct.newBuilder();
      instance
          .metadata()
          .forEach(
              (key, value) ->
                  subset.putFields(key, Value.newBuilder().setStringValue(value).build()));
      endpoint.setMetadata(Metadata.newBuilder().putFilterMetadata("envoy.lb", subset.build()));
    }
    return endpoint.build();
  }

  /**
   * UNKNOWN "is interpreted by Envoy as HEALTHY" (health_check.proto), and active checks, where a
   * cluster has some, decide on top of either; HEALTHY shows in {@code /clusters} that a registry
   * said so.
   */
  private static HealthStatus status(Health health) {
    return switch (health) {
      case PASSING, WARNING -> HealthStatus.HEALTHY;
      case DEGRADED -> HealthStatus.DEGRADED;
      case CRITICAL, MAINTENANCE -> HealthStatus.UNHEALTHY;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AssignmentSpec that && hash.equals(that.hash);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return name() + " " + entries;
  }
}
