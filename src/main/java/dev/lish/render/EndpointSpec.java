package dev.lish.render;

import dev.lish.model.Resource;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a ClusterLoadAssignment comes about: fixed endpoints, discovered ones, or both. Equal when
 * they always give the same assignment.
 */
public interface EndpointSpec {
  /** The EDS name, echoed byte for byte. */
  String name();

  /** Equal for specs that are equal, also after a restart. */
  String fingerprint();

  /** True when some of its endpoints are written in the mesh: no registry knows their health. */
  boolean hasFixed();

  /** The overprovisioning factor that it says, or Envoy's default, in percent. */
  int factor();

  /** The mesh file that it came from. */
  String path();

  /** The line there that says which hosts; 0: not known. */
  int line();

  /** Which instances it needs; empty when all endpoints are fixed. */
  Set<DiscoveryQuery> queries();

  /** Those of {@link #queries} without whose answer there is no assignment. */
  Set<DiscoveryQuery> needed();

  /** The hosts that are written in the mesh, each with {@code ADDRESS:PORT} as its id. */
  List<Instance> written();

  /** The assignment with these instances; every query of {@link #queries} has an entry. */
  default Resource assign(Map<DiscoveryQuery, List<Instance>> instances) {
    return assign(instances, Set.of());
  }

  /**
   * The same without some of the hosts that are written in the mesh.
   *
   * @param without their {@code ADDRESS:PORT}
   */
  Resource assign(Map<DiscoveryQuery, List<Instance>> instances, Set<String> without);
}
