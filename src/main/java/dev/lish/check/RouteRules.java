package dev.lish.check;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the code of Envoy's router refuses. */
final class RouteRules {
  /** {@code max_direct_response_body_size_bytes}, where it is not set. */
  private static final int LONGEST_BODY = 4096;

  private static final Comparator<Duration> BY_LENGTH =
      Comparator.comparingLong(Duration::getSeconds).thenComparingInt(Duration::getNanos);

  private static final long MOST_WEIGHT = 4_294_967_295L;

  private RouteRules() {}

  static void routes(RouteConfiguration routes, Walk walk) {
    int longest =
        routes.hasMaxDirectResponseBodySizeBytes()
            ? routes.getMaxDirectResponseBodySizeBytes().getValue()
            : LONGEST_BODY;
    headers(routes.getRequestHeadersToAddList(), walk, "request_headers_to_add");
    headers(routes.getResponseHeadersToAddList(), walk, "response_headers_to_add");
    for (int i = 0; i < routes.getVirtualHostsCount(); i++) {
      VirtualHost host = routes.getVirtualHosts(i);
      for (int j = 0; j < host.getRoutesCount(); j++) {
        if (host.getRoutes(j).hasDirectResponse()) {
          int length = length(host.getRoutes(j).getDirectResponse().getBody());
          if (length > longest) {
            walk.found(
                Rule.BAD_SETTING,
                "found %d bytes (expected: at most %d, or a larger".formatted(length, longest)
                    + " max_direct_response_body_size_bytes of the route configuration)",
                "virtual_hosts",
                i,
                "routes",
                j,
                "direct_response",
                "body");
          }
        }
      }
    }
  }

  private static int length(DataSource body) {
    return body.hasInlineBytes()
        ? body.getInlineBytes().size()
        : body.getInlineStringBytes().size();
  }

  static void host(VirtualHost host, Walk walk) {
    headers(host.getRequestHeadersToAddList(), walk, "request_headers_to_add");
    headers(host.getResponseHeadersToAddList(), walk, "response_headers_to_add");
    for (int i = 0; i < host.getVirtualClustersCount(); i++) {
      if (host.getVirtualClusters(i).getHeadersCount() == 0) {
        walk.found(
            Rule.BAD_SETTING,
            "found no headers (expected: what its requests have)",
            "virtual_clusters",
            i);
      }
    }
  }

  static void route(Route route, Walk walk) {
    headers(route.getRequestHeadersToAddList(), walk, "request_headers_to_add");
    headers(route.getResponseHeadersToAddList(), walk, "response_headers_to_add");
    removed(route.getRequestHeadersToRemoveList(), walk, "request_headers_to_remove");
    removed(route.getResponseHeadersToRemoveList(), walk, "response_headers_to_remove");
  }

  static void action(RouteAction action, Walk walk) {
    int rewrites =
        (action.getPrefixRewrite().isEmpty() ? 0 : 1)
            + (action.hasRegexRewrite() ? 1 : 0)
            + (action.hasPathRewritePolicy() ? 1 : 0);
    if (rewrites > 1) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found several (expected: one of prefix_rewrite, regex_rewrite, path_rewrite_policy)",
          action.hasRegexRewrite() ? "regex_rewrite" : "path_rewrite_policy");
    }
    Set<String> upgrades = new HashSet<>();
    for (int i = 0; i < action.getUpgradeConfigsCount(); i++) {
      String type = action.getUpgradeConfigs(i).getUpgradeType();
      String folded = type.toLowerCase(Locale.ROOT);
      if (!upgrades.add(folded)) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found \"%s\" again (expected: once)".formatted(type),
            "upgrade_configs",
            i);
      }
      if (action.getUpgradeConfigs(i).hasConnectConfig()
          && !folded.equals("connect")
          && !folded.equals("connect-udp")) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found a connect_config of \"%s\" (expected: upgrade_type CONNECT)".formatted(type),
            "upgrade_configs",
            i,
            "connect_config");
      }
    }
    for (int i = 0; i < action.getRequestMirrorPoliciesCount(); i++) {
      var mirror = action.getRequestMirrorPolicies(i);
      if (mirror.getCluster().isEmpty() == mirror.getClusterHeader().isEmpty()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found %s (expected: either cluster or cluster_header)"
                .formatted(mirror.getCluster().isEmpty() ? "none of them" : "both"),
            "request_mirror_policies",
            i);
      }
    }
  }

  static void retry(RetryPolicy policy, Walk walk) {
    var backOff = policy.getRetryBackOff();
    Duration base = backOff.getBaseInterval();
    if (backOff.hasMaxInterval() && BY_LENGTH.compare(backOff.getMaxInterval(), base) < 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a time below base_interval (expected: at least that)",
          "retry_back_off",
          "max_interval");
    }
  }

  static void weights(WeightedCluster clusters, Walk walk) {
    long sum = 0;
    for (int i = 0; i < clusters.getClustersCount(); i++) {
      var one = clusters.getClusters(i);
      sum += Integer.toUnsignedLong(one.getWeight().getValue());
      if (one.getName().isEmpty() == one.getClusterHeader().isEmpty()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found %s (expected: either name or cluster_header)"
                .formatted(one.getName().isEmpty() ? "none of them" : "both"),
            "clusters",
            i);
      }
      Object[] at = {"clusters", i, "request_headers_to_add"};
      headers(one.getRequestHeadersToAddList(), walk, at);
    }
    if (sum > MOST_WEIGHT) {
      walk.found(
          Rule.WEIGHTS,
          "found a sum of %d (expected: at most %d)".formatted(sum, MOST_WEIGHT),
          "clusters");
    }
  }

  private static void headers(List<HeaderValueOption> headers, Walk walk, Object... list) {
    for (int i = 0; i < headers.size(); i++) {
      String key = headers.get(i).getHeader().getKey();
      if (isFixed(key)) {
        walk.found(Rule.BAD_SETTING, fixed(key), at(list, i, "header", "key"));
      }
      Formats.look(headers.get(i).getHeader().getValue(), walk, at(list, i, "header", "value"));
    }
  }

  private static void removed(List<String> names, Walk walk, String list) {
    for (int i = 0; i < names.size(); i++) {
      if (isFixed(names.get(i))) {
        walk.found(Rule.BAD_SETTING, fixed(names.get(i)), list, i);
      }
    }
  }

  private static boolean isFixed(String name) {
    return name.startsWith(":") || name.equalsIgnoreCase("host");
  }

  private static String fixed(String name) {
    return "found \"%s\" (expected: no pseudo header and not host, which rewrites change)"
        .formatted(name);
  }

  private static Object[] at(Object[] list, Object... more) {
    Object[] all = Arrays.copyOf(list, list.length + more.length);
    System.arraycopy(more, 0, all, list.length, more.length);
    return all;
  }
}
