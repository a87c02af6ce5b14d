package dev.lish.guard;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Resource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a new revision acts on hosts as a mass deregistration would. Such a revision is held
 * until somebody promotes it by name.
 */
public final class ConfigChange {
  private ConfigChange() {}

  /**
   * The resources of one group that matter here.
   *
   * @param clusters by name
   * @param users routes and listeners
   * @param written assignments whose hosts are all written in the mesh
   */
  public record Side(
      Map<String, Resource> clusters, List<Resource> users, Map<String, Resource> written) {}

  /** One sentence for each hazard, sorted; empty: it may go. */
  public static List<String> hazards(Side before, Side after) {
    Set<String> hazards = new TreeSet<>();
    Set<String> dropped = new HashSet<>(before.clusters().keySet());
    dropped.removeAll(after.clusters().keySet());
    if (!dropped.isEmpty()) {
      Set<String> used = new TreeSet<>();
      after.users().forEach(user -> used.addAll(ClusterUse.of(user)));
      used.retainAll(dropped);
      used.forEach(c -> hazards.add("cluster " + c + " is gone, and routes still use it"));
    }
    after
        .clusters()
        .forEach(
            (name, cluster) -> {
              Resource old = before.clusters().get(name);
              if (old != null && !old.equals(cluster) && checks(old) > 0 && checks(cluster) == 0) {
                hazards.add(
                    "cluster " + name + " loses its health checks: hosts that fail get traffic");
              }
            });
    after
        .written()
        .forEach(
            (name, assignment) -> {
              Resource old = before.written().get(name);
              if (old != null
                  && !old.equals(assignment)
                  && isReplaced(hosts(old), hosts(assignment))) {
                hazards.add("all hosts of assignment " + name + " are replaced at once");
              }
            });
    return List.copyOf(hazards);
  }

  /** To Envoy a host is another one when its address is, or the address that is checked. */
  private static boolean isReplaced(Set<String> before, Set<String> after) {
    return before.size() > 1 && after.stream().noneMatch(before::contains);
  }

  private static Set<String> hosts(Resource assignment) {
    try {
      Set<String> keys = new HashSet<>();
      Host.of(ClusterLoadAssignment.parseFrom(assignment.body())).forEach(h -> keys.add(h.key()));
      return keys;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(assignment + ": " + e.getMessage(), e);
    }
  }

  private static int checks(Resource cluster) {
    try {
      return Cluster.parseFrom(cluster.body()).getHealthChecksCount();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(cluster + ": " + e.getMessage(), e);
    }
  }
}
