package dev.lish.check;

import com.google.protobuf.Duration;
import dev.lish.check.Reading.Kind;
import dev.lish.model.Nearest;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Looks at route configurations. */
final class RouteLints {
  /** What Envoy's documentation of x-envoy-retry-on and x-envoy-retry-grpc-on lists. */
  private static final Set<String> CONDITIONS =
      Set.of(
          "5xx",
          "gateway-error",
          "reset",
          "reset-before-request",
          "connect-failure",
          "envoy-ratelimited",
          "retriable-4xx",
          "refused-stream",
          "retriable-status-codes",
          "retriable-headers",
          "http3-post-connect-failure",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "unavailable");

  private RouteLints() {}

  /** No domain may be there twice, in whatever virtual hosts. */
  static void routes(RouteConfiguration routes, Walk walk) {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < routes.getVirtualHostsCount(); i++) {
      VirtualHost host = routes.getVirtualHosts(i);
      for (int j = 0; j < host.getDomainsCount(); j++) {
        // Envoy compares them in lower case.
        String domain = host.getDomains(j).toLowerCase(Locale.ROOT);
        String first = seen.putIfAbsent(domain, host.getName());
        if (first != null) {
          walk.found(
              Rule.DUPLICATE_DOMAIN,
              "found \"%s\" again, first in virtual host \"%s\" (expected: once)"
                  .formatted(host.getDomains(j), first),
              "virtual_hosts",
              i,
              "domains",
              j);
        }
      }
    }
  }

  /** A route is reached unless one above takes all that it would take. */
  static void host(VirtualHost host, Walk walk) {
    List<Route> routes = host.getRoutesList();
    List<Reach> above = new ArrayList<>();
    for (int i = 0; i < routes.size(); i++) {
      Reach reach = Reach.of(routes.get(i).getMatch());
      for (int j = 0; j < above.size(); j++) {
        if (above.get(j).covers(reach)) {
          walk.found(
              Rule.UNREACHABLE_ROUTE,
              "never taken: routes[%d] above (%s) takes all of its requests (expected: the other"
                      .formatted(j, above.get(j))
                  + " order, or none)",
              "routes",
              i);
          break;
        }
      }
      above.add(reach);
      if (routes.get(i).hasRoute()) {
        action(host, routes.get(i).getRoute(), walk, "routes", i, "route");
      }
    }
  }

  private static void action(VirtualHost host, RouteAction action, Walk walk, Object... at) {
    boolean retries =
        action.hasRetryPolicy()
            ? !action.getRetryPolicy().getRetryOn().isEmpty()
            : !host.getRetryPolicy().getRetryOn().isEmpty();
    target(walk, retries, action.getCluster(), with(at, "cluster"));
    for (int i = 0; i < action.getWeightedClusters().getClustersCount(); i++) {
      String name = action.getWeightedClusters().getClusters(i).getName();
      target(walk, retries, name, with(at, "weighted_clusters", "clusters", i, "name"));
    }
    boolean bounded =
        action.hasMaxStreamDuration()
            || positive(action.getIdleTimeout())
            || positive(action.getTimeout());
    if (action.hasTimeout() && !bounded) {
      walk.found(
          Rule.NO_TIMEOUT,
          "found 0s, which is none (expected: a time, or an idle_timeout, or max_stream_duration)",
          with(at, "timeout"));
    }
  }

  private static void target(Walk walk, boolean retries, String cluster, Object... at) {
    walk.mentions(Kind.CLUSTER, cluster, at);
    if (retries) {
      walk.mentions(Kind.RETRIED_CLUSTER, cluster, at);
    }
  }

  private static boolean positive(Duration duration) {
    return !duration.equals(Duration.getDefaultInstance());
  }

  private static Object[] with(Object[] path, Object... more) {
    Object[] all = Arrays.copyOf(path, path.length + more.length);
    System.arraycopy(more, 0, all, path.length, more.length);
    return all;
  }

  /** Envoy drops a condition that it does not know, without a word. */
  static void retry(RetryPolicy policy, Walk walk) {
    for (String word : policy.getRetryOn().split(",", -1)) {
      String condition = word.strip();
      if (!condition.isEmpty() && !CONDITIONS.contains(condition)) {
        walk.found(
            Rule.UNKNOWN_RETRY_CONDITION,
            "found \"%s\" (expected: some of %s)%s"
                .formatted(
                    condition,
                    String.join(", ", new TreeSet<>(CONDITIONS)),
                    Nearest.question(condition, CONDITIONS)),
            "retry_on");
      }
    }
  }

  /** Envoy draws lots by the share of the sum. */
  static void weights(WeightedCluster clusters, Walk walk) {
    boolean zero =
        clusters.getClustersCount() > 0
            && clusters.getClustersList().stream().allMatch(c -> c.getWeight().getValue() == 0);
    if (zero) {
      walk.found(
          Rule.WEIGHTS, "found a sum of 0 (expected: at least one weight above 0)", "clusters");
    }
  }
}
