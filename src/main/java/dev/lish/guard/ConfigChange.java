package dev.lish.guard;

import dev.lish.model.Resource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What of a new revision acts on hosts as a mass deregistration would, whatever the hosts are. Such
 * a revision is held until somebody promotes it by name.
 */
public final class ConfigChange {
  private ConfigChange() {}

  /**
   * The resources of one group that matter here.
   *
   * @param clusters by name
   * @param users routes, listeners and whatever else may name a cluster
   */
  public record Side(Map<String, Resource> clusters, List<Resource> users) {}

  /**
   * Clusters that go though they are used, and clusters that lose their checks.
   *
   * @param names the clusters that a user names; called only where a cluster goes
   */
  public static SortedSet<Hazard> hazards(
      Side before, Side after, Function<Resource, ? extends Set<String>> names) {
    SortedSet<Hazard> hazards = new TreeSet<>();
    Set<String> dropped = new HashSet<>(before.clusters().keySet());
    dropped.removeAll(after.clusters().keySet());
    if (!dropped.isEmpty()) {
      for (Resource user : after.users()) {
        for (String used : names.apply(user)) {
          if (dropped.contains(used)) {
            String text = "cluster %s is gone, and %s still uses it".formatted(used, user(user));
            hazards.add(hazard(used, text, user));
          }
        }
      }
    }
    after
        .clusters()
        .forEach(
            (name, cluster) -> {
              Resource old = before.clusters().get(name);
              if (old != null && !old.equals(cluster) && isChecked(old) && !isChecked(cluster)) {
                String text =
                    "cluster " + name + " loses its health checks: hosts that fail get traffic";
                hazards.add(hazard(name, text, cluster));
              }
            });
    return hazards;
  }

  private static Hazard hazard(String cluster, String text, Resource blamed) {
    return new Hazard(new TreeSet<>(Set.of(cluster)), text, blamed.path(), blamed.line());
  }

  private static String user(Resource user) {
    return user.type().label() + " " + user.name();
  }

  /**
   * True when Envoys check the hosts of this cluster themselves.
   *
   * @throws IllegalArgumentException when it is no cluster
   */
  public static boolean isChecked(Resource cluster) {
    return Assignments.parse(cluster, Cluster.parser()).getHealthChecksCount() > 0;
  }
}
