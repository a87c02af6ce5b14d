package dev.lish.guard;

import com.google.common.net.InetAddresses;
import dev.lish.model.Resource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The hosts of a cluster: as Envoys have them, or as a new revision of the mesh would give them.
 *
 * @param up what makes each host the same one for Envoy, of those that are not known to be down
 * @param listed how many there are, down or not
 * @param from where they come from, for people
 * @param kind what the mesh says of them
 */
public record ClusterHosts(SortedSet<String> up, int listed, String from, Kind kind) {
  /** What the mesh says of hosts. */
  public enum Kind {
    /** What they are called in a registry, at least of some. */
    DISCOVERED,
    /** A name of some, which stands for any number of addresses. */
    NAMED,
    /** The address of each. */
    WRITTEN
  }

  /** Copies the set. */
  public ClusterHosts {
    up = Collections.unmodifiableSortedSet(new TreeSet<>(up));
  }

  /** The hosts that Envoys were sent. */
  public static ClusterHosts of(Base base, String from, Kind kind) {
    TreeSet<String> up = new TreeSet<>();
    int listed = 0;
    for (var host : base.hosts().entrySet()) {
      if (host.getValue().leaving().isEmpty()) {
        listed++;
        if (host.getValue().passingSince().isPresent()) {
          up.add(host.getKey());
        }
      }
    }
    return new ClusterHosts(up, listed, from, kind);
  }

  /**
   * The hosts of an assignment.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static ClusterHosts of(Resource assignment, String from, Kind kind) {
    return of(Assignments.parse(assignment, ClusterLoadAssignment.parser()), from, kind);
  }

  /**
   * The hosts that a cluster has in itself; empty for a kind that gets them from elsewhere.
   *
   * @throws IllegalArgumentException when it is no cluster
   */
  public static Optional<ClusterHosts> inside(Resource resource) {
    Cluster cluster = Assignments.parse(resource, Cluster.parser());
    boolean itself =
        switch (cluster.getClusterDiscoveryTypeCase()) {
          case CLUSTER_TYPE -> cluster.hasLoadAssignment();
          case TYPE, CLUSTERDISCOVERYTYPE_NOT_SET ->
              switch (cluster.getType()) {
                case STATIC, STRICT_DNS, LOGICAL_DNS -> true;
                case EDS, ORIGINAL_DST, UNRECOGNIZED -> false;
              };
        };
    ClusterLoadAssignment hosts = cluster.getLoadAssignment();
    boolean named = hosts.getEndpointsList().stream().anyMatch(ClusterHosts::named);
    return itself
        ? Optional.of(of(hosts, "its load_assignment", named ? Kind.NAMED : Kind.WRITTEN))
        : Optional.empty();
  }

  private static ClusterHosts of(ClusterLoadAssignment assignment, String from, Kind kind) {
    TreeSet<String> up = new TreeSet<>();
    var all = Host.of(assignment);
    all.stream().filter(Host::up).forEach(host -> up.add(host.key()));
    return new ClusterHosts(up, all.size(), from, kind);
  }

  private static boolean named(
      io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints locality) {
    return locality.getLbEndpointsList().stream()
        .map(endpoint -> endpoint.getEndpoint().getAddress())
        .filter(Address::hasSocketAddress)
        .anyMatch(a -> !InetAddresses.isInetAddress(a.getSocketAddress().getAddress()));
  }

  /**
   * Why these hosts may not be followed by others at once; empty: they may.
   *
   * @param checked true when Envoys check hosts before and after: then a host that is checked
   *     elsewhere is another host
   * @param mass more percent than this of the hosts that are up may not go
   */
  public Optional<String> hazard(ClusterHosts next, boolean checked, int mass) {
    SortedSet<String> before = checked ? up : places(up);
    SortedSet<String> after = checked ? next.up : places(next.up);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    TreeSet<String> gone = new TreeSet<>(before);
    gone.removeAll(after);
    if (after.isEmpty()) {
      return Optional.of(
          "none of its %s would be left: %s"
              .formatted(
                  count(before.size()),
                  next.listed == 0
                      ? next.from + " has none"
                      : "of the " + next.listed + " of " + next.from + " none is up"));
    }
    if (gone.size() == before.size()) {
      return isMoved(next)
          ? Optional.empty()
          : Optional.of(
              "%s would be replaced at once, by %d of %s"
                  .formatted(
                      before.size() == 1 ? "its only host" : "all " + before.size() + " hosts",
                      after.size(),
                      next.from));
    }
    return 100L * gone.size() > (long) mass * before.size()
        ? Optional.of(
            "%d of its %s would go at once, while %s has %d"
                .formatted(gone.size(), count(before.size()), next.from, after.size()))
        : Optional.empty();
  }

  /** One host whose new address the mesh says: whoever reads the change sees all of it. */
  private boolean isMoved(ClusterHosts next) {
    return up.size() == 1 && kind != Kind.NAMED && next.kind == Kind.WRITTEN;
  }

  private static String count(int hosts) {
    return hosts == 1 ? "1 host" : hosts + " hosts";
  }

  private static SortedSet<String> places(SortedSet<String> keys) {
    TreeSet<String> places = new TreeSet<>();
    keys.forEach(key -> places.add(HostKey.place(key)));
    return places;
  }
}
