package dev.lish.check;

import dev.lish.check.Reading.Issue;
import dev.lish.model.Nearest;
import dev.lish.model.ResourceType;
import dev.lish.render.Inspection;
import dev.lish.render.Origin;
import dev.lish.source.DiscoveryQuery;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Looks whether registries whose data is there have the services that a group discovers. */
final class ServiceCheck {
  private final Inspection.Group group;
  private final Map<String, Set<String>> services;
  private final Function<Origin, Reading> readings;
  private final BiConsumer<Origin, Issue> found;

  /**
   * A check of one group.
   *
   * @param services registry to its services
   * @param found takes what is wrong
   */
  ServiceCheck(
      Inspection.Group group,
      Map<String, Set<String>> services,
      Function<Origin, Reading> readings,
      BiConsumer<Origin, Issue> found) {
    this.group = group;
    this.services = services;
    this.readings = readings;
    this.found = found;
  }

  void run() {
    if (services.isEmpty()) {
      return;
    }
    for (Origin origin : group.of(ResourceType.ENDPOINT).values()) {
      for (Origin.Discovered discovered : origin.discovered()) {
        look(origin, discovered.registry(), discovered.service(), discovered.path());
      }
    }
    for (Origin origin : group.of(ResourceType.CLUSTER).values()) {
      if (readings.apply(origin).message() instanceof Cluster cluster
          && cluster.getType() == DiscoveryType.EDS
          && !cluster.hasClusterType()
          && Lints.isOurs(cluster.getEdsClusterConfig().getEdsConfig())) {
        cluster(origin, cluster);
      }
    }
  }

  private void cluster(Origin origin, Cluster cluster) {
    String written = cluster.getEdsClusterConfig().getServiceName();
    String name = written.isEmpty() ? cluster.getName() : written;
    // A document of this name says where its endpoints come from.
    if (name.indexOf(':') < 1 || group.of(ResourceType.ENDPOINT).containsKey(name)) {
      return;
    }
    DiscoveryQuery query = DiscoveryQuery.parse(name);
    List<Object> path =
        written.isEmpty() ? List.of("name") : List.of("eds_cluster_config", "service_name");
    look(origin, query.registry(), query.service(), path);
  }

  private void look(Origin origin, String registry, String service, List<Object> path) {
    Set<String> known = services.get(registry);
    if (known != null && !known.contains(service)) {
      found.accept(
          origin,
          new Issue(
              Rule.UNKNOWN_SERVICE,
              path,
              "found \"%s\" (expected: a service of registry %s%s)"
                  .formatted(service, registry, Nearest.question(service, new TreeSet<>(known)))));
    }
  }
}
