package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go by the configuration. Envoy names the cluster of an entry by the host that took
 * the request, so when there is no host it names none: which cluster has failed is told here.
 *
 * @param routes name of a route to the only cluster that routes of this name lead to
 * @param tcpLogs {@code log_name} of TCP proxies to the only cluster that these lead to
 */
public record Destinations(Map<String, String> routes, Map<String, String> tcpLogs) {
  /** Nothing is known. */
  public static final Destinations NONE = new Destinations(Map.of(), Map.of());

  /** Copies the maps. */
  public Destinations {
    routes = Map.copyOf(routes);
    tcpLogs = Map.copyOf(tcpLogs);
  }

  /** Gives the entry its cluster where Envoy did not, and one has failed. */
  void complete(Entry entry, String logName) {
    if (entry.clusterFrom == entry.clusterTo && failedUpstream(entry)) {
      String cluster = find(entry, logName);
      if (cluster != null) {
        entry.cluster(cluster.getBytes(UTF_8));
      }
    }
  }

  /** No host, no connection or no room: what Envoy refuses by itself is not the cluster's doing. */
  private static boolean failedUpstream(Entry entry) {
    FlagClass failure = entry.failure();
    return failure == FlagClass.UNREACHABLE || failure == FlagClass.OVERFLOW;
  }

  private @Nullable String find(Entry entry, String logName) {
    if (entry.tcp) {
      return tcpLogs.get(logName);
    }
    return entry.routeFrom == entry.routeTo ? null : routes.get(entry.route().toStringUtf8());
  }
}
