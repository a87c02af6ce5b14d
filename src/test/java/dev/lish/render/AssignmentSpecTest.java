package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UInt32Value;
import dev.lish.model.Locality;
import dev.lish.model.Resource;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AssignmentSpecTest {
  private static final String NAME = "consul:payments?tag=v2&dc=tokyo%201";
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse(NAME);
  private static final Locality TOKYO = new Locality("jp", "tokyo-1", "");

  private static Instance instance(String id, String address, Health health) {
    return new Instance(id, address, 80, health, 1, Locality.UNKNOWN, new TreeMap<>());
  }

  private static ClusterLoadAssignment assign(EndpointSpec spec, List<Instance> instances) {
    return read(spec.assign(Map.of(QUERY, instances)));
  }

  private static ClusterLoadAssignment read(Resource assignment) {
    try {
      return ClusterLoadAssignment.parseFrom(assignment.body());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> addresses(LocalityLbEndpoints endpoints) {
    return endpoints.getLbEndpointsList().stream()
        .map(e -> e.getEndpoint().getAddress().getSocketAddress().getAddress())
        .toList();
  }

  @Test
  void echoesTheNameByteForByte() {
    EndpointSpec spec = AssignmentSpec.of("a.yaml", 1, NAME, QUERY);
    assertThat(assign(spec, List.of()).getClusterName()).isEqualTo(NAME);
    assertThat(spec.assign(Map.of(QUERY, List.of())).name()).isEqualTo(NAME);
  }

  @Test
  void hostsThatAreWrittenCanBeLeftOutWhileTheirLocalityStays() {
    ClusterLoadAssignment.Builder written = ClusterLoadAssignment.newBuilder();
    for (int priority = 0; priority < 2; priority++) {
      written
          .addEndpointsBuilder()
          .setPriority(priority)
          .addLbEndpointsBuilder()
          .getEndpointBuilder()
          .getAddressBuilder()
          .getSocketAddressBuilder()
          .setAddress("10.0.0." + priority)
          .setPortValue(80);
    }
    EndpointSpec spec =
        new AssignmentSpec(
            "a.yaml",
            1,
            ClusterLoadAssignment.newBuilder().setClusterName(NAME).build(),
            List.of(
                new AssignmentSpec.Fixed(written.getEndpoints(0)),
                new AssignmentSpec.Fixed(written.getEndpoints(1)),
                new AssignmentSpec.Discovered(QUERY, 2, OptionalInt.empty(), false)));
    assertThat(spec.written())
        .containsExactly(
            instance("10.0.0.0:80", "10.0.0.0", Health.PASSING),
            instance("10.0.0.1:80", "10.0.0.1", Health.PASSING));
    Instance found = instance("a", "10.0.0.1", Health.PASSING);
    ClusterLoadAssignment left =
        read(spec.assign(Map.of(QUERY, List.of(found)), Set.of("10.0.0.1:80")));
    assertThat(left.getEndpointsList()).hasSize(3);
    assertThat(addresses(left.getEndpoints(0))).containsExactly("10.0.0.0");
    assertThat(addresses(left.getEndpoints(1))).isEmpty();
    assertThat(addresses(left.getEndpoints(2))).as("a registry's own").containsExactly("10.0.0.1");
    assertThat(spec.assign(Map.of(QUERY, List.of(found)), Set.of()))
        .isEqualTo(spec.assign(Map.of(QUERY, List.of(found))));
  }

  @Test
  void mapsHealthAndLeavesOutWhatIsInMaintenance() {
    ClusterLoadAssignment assignment =
        assign(
            AssignmentSpec.of("a.yaml", 1, NAME, QUERY),
            List.of(
                instance("1", "10.0.0.1", Health.PASSING),
                instance("2", "10.0.0.2", Health.WARNING),
                instance("3", "10.0.0.3", Health.DEGRADED),
                instance("4", "10.0.0.4", Health.CRITICAL),
                instance("5", "10.0.0.5", Health.MAINTENANCE)));
    assertThat(assignment.getEndpoints(0).getLbEndpointsList())
        .extracting(LbEndpoint::getHealthStatus)
        .containsExactly(
            HealthStatus.HEALTHY,
            HealthStatus.HEALTHY,
            HealthStatus.DEGRADED,
            HealthStatus.UNHEALTHY);
  }

  @Test
  void leavesOutAHostNameThatWouldMakeEnvoyRefuseAll() {
    ClusterLoadAssignment assignment =
        assign(
            AssignmentSpec.of("a.yaml", 1, NAME, QUERY),
            List.of(
                instance("1", "db.example.com", Health.PASSING),
                instance("2", "2001:db8::1", Health.PASSING)));
    assertThat(addresses(assignment.getEndpoints(0))).containsExactly("2001:db8::1");
  }

  @Test
  void groupsByLocalityInAFixedOrder() {
    List<Instance> instances = new ArrayList<>();
    for (int i = 9; i > 0; i--) {
      Locality locality = i % 2 == 0 ? TOKYO : Locality.UNKNOWN;
      instances.add(
          new Instance(
              "i" + i,
              "10.0.0." + i,
              80,
              Health.PASSING,
              i,
              locality,
              new TreeMap<>(Map.of("b", "2", "a", "1"))));
    }
    EndpointSpec spec = AssignmentSpec.of("a.yaml", 1, NAME, QUERY);
    Resource resource = spec.assign(Map.of(QUERY, instances));
    Collections.reverse(instances);
    assertThat(spec.assign(Map.of(QUERY, instances)).body()).isEqualTo(resource.body());
    ClusterLoadAssignment assignment = assign(spec, instances);
    assertThat(assignment.getEndpointsCount()).isEqualTo(2);
    assertThat(assignment.getEndpoints(0).hasLocality()).isFalse();
    assertThat(addresses(assignment.getEndpoints(0)))
        .containsExactly("10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.7", "10.0.0.9");
    assertThat(assignment.getEndpoints(1).getLocality().getZone()).isEqualTo("tokyo-1");
    LbEndpoint second = assignment.getEndpoints(1).getLbEndpoints(0);
    assertThat(second.getLoadBalancingWeight().getValue()).isEqualTo(2);
    assertThat(
            second
                .getMetadata()
                .getFilterMetadataOrThrow("envoy.lb")
                .getFieldsOrThrow("a")
                .getStringValue())
        .isEqualTo("1");
  }

  @Test
  void joinsFixedAndDiscoveredEntriesInTheirOrder() {
    LocalityLbEndpoints fixed = LocalityLbEndpoints.newBuilder().setPriority(2).build();
    EndpointSpec spec =
        new AssignmentSpec(
            "a.yaml",
            1,
            ClusterLoadAssignment.newBuilder().setClusterName("x").build(),
            List.of(
                new AssignmentSpec.Fixed(fixed),
                new AssignmentSpec.Discovered(QUERY, 1, OptionalInt.of(10), false)));
    ClusterLoadAssignment assignment =
        assign(spec, List.of(instance("1", "10.0.0.1", Health.PASSING)));
    assertThat(assignment.getEndpoints(0)).isEqualTo(fixed);
    assertThat(assignment.getEndpoints(1).getPriority()).isEqualTo(1);
    assertThat(assignment.getEndpoints(1).getLoadBalancingWeight()).isEqualTo(UInt32Value.of(10));
  }

  @Test
  void isEqualWhenItAlwaysGivesTheSame() {
    DiscoveryQuery other = DiscoveryQuery.parse("consul:payments");
    EndpointSpec spec = AssignmentSpec.of("a.yaml", 1, NAME, QUERY);
    assertThat(spec)
        .isEqualTo(AssignmentSpec.of("b.yaml", 1, NAME, QUERY))
        .hasSameHashCodeAs(AssignmentSpec.of("b.yaml", 1, NAME, QUERY))
        .isNotEqualTo(AssignmentSpec.of("a.yaml", 1, "x", QUERY))
        .isNotEqualTo(AssignmentSpec.of("a.yaml", 1, NAME, other))
        .isNotEqualTo(
            new AssignmentSpec(
                "a.yaml",
                1,
                ClusterLoadAssignment.newBuilder().setClusterName(NAME).build(),
                List.of(new AssignmentSpec.Discovered(QUERY, 0, OptionalInt.of(1), false))));
  }

  @Test
  void wantsInstancesOfEveryQuery() {
    EndpointSpec spec = AssignmentSpec.of("a.yaml", 1, NAME, QUERY);
    assertThatThrownBy(() -> spec.assign(Map.of())).hasMessageContaining("payments");
  }
}
