package dev.lish.guard;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Assignments for tests of what comes after the guard. */
public final class Admissions {
  private Admissions() {}

  /** What the guard says of this many hosts of which it knows nothing yet. */
  public static Decision decision(String name, int hosts, Instant now) {
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder().setClusterName(name);
    LocalityLbEndpoints.Builder all = assignment.addEndpointsBuilder();
    for (int i = 0; i < hosts; i++) {
      all.addLbEndpointsBuilder()
          .getEndpointBuilder()
          .getAddressBuilder()
          .getSocketAddressBuilder()
          .setAddress("10.0.0." + i)
          .setPortValue(80);
    }
    Proposal proposal =
        new Proposal(
            Resource.of(ResourceType.ENDPOINT, name, assignment.build().toByteString(), ""),
            new ClusterRules(50, true, true, false),
            GuardSettings.DEFAULT,
            true,
            Set.of(),
            Set.of());
    return Guard.decide(Optional.empty(), proposal, now);
  }

  /** As if the guard had let them through. */
  public static List<Admitted> of(Collection<Resource> assignments) {
    return assignments.stream().map(Admitted::of).toList();
  }
}
