package dev.lish.check;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the code of Envoy's router refuses. */
final class RouteRules {
  /** {@code max_direct_response_body_size_bytes}, where it is not set. */
  private static final int LONGEST_BODY = 4096;

  static final Comparator<Duration> BY_LENGTH =
      Comparator.comparingLong(Duration::getSeconds).thenComparingInt(Duration::getNanos);

  private static final long MOST_WEIGHT = 4_294_967_295L;

  private RouteRules() {}

  static void routes(RouteConfiguration routes, Walk walk) {
    int longest =
        routes.hasMaxDirectResponseBodySizeBytes()
            ? routes.getMaxDirectResponseBodySizeBytes().getValue()
            : LONGEST_BODY;
    HeaderRules.removed(routes, walk);
    mirrors(routes.getRequestMirrorPoliciesList(), walk);
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
    HeaderRules.removed(host, walk);
    if (host.hasMatcher() && host.getRoutesCount() > 0) {
      walk.found(Rule.CONFLICTING_FIELDS, "found routes too (expected: either of them)", "matcher");
    }
    mirrors(host.getRequestMirrorPoliciesList(), walk);
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
    HeaderRules.removed(route, walk);
    PathTemplates.route(route, walk);
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
    mirrors(action.getRequestMirrorPoliciesList(), walk);
    copied(action.getInternalRedirectPolicy().getResponseHeadersToCopyList(), walk);
  }

  private static void copied(List<String> names, Walk walk) {
    for (int i = 0; i < names.size(); i++) {
      if (HeaderRules.isFixed(names.get(i))) {
        walk.found(
            Rule.BAD_SETTING,
            HeaderRules.fixed(names.get(i)),
            "internal_redirect_policy",
            "response_headers_to_copy",
            i);
      }
    }
  }

  private static void mirrors(List<RequestMirrorPolicy> mirrors, Walk walk) {
    for (int i = 0; i < mirrors.size(); i++) {
      var mirror = mirrors.get(i);
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

  /** A back-off and a refresh after failures have the same two fields. */
  static void backOff(Message message, Walk walk) {
    // Nobody looks at it in what a gRPC client of Envoy's own is told of its retries.
    if (walk.isBelow("grpc_service") || walk.isBelow("grpc_services")) {
      return;
    }
    if (Values.isSet(message, "max_interval")
        && BY_LENGTH.compare(time(message, "max_interval"), time(message, "base_interval")) < 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a time below base_interval (expected: at least that)",
          "max_interval");
    }
  }

  private static Duration time(Message message, String field) {
    return (Duration) Values.field(message, field);
  }

  /** A regular expression says itself what the case of letters is to it. */
  static void matcher(StringMatcher matcher, Walk walk) {
    if (matcher.hasSafeRegex() && matcher.getIgnoreCase()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found ignore_case of a safe_regex (expected: (?i) within the expression)",
          "ignore_case");
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
    }
    if (sum > MOST_WEIGHT) {
      walk.found(
          Rule.WEIGHTS,
          "found a sum of %d (expected: at most %d)".formatted(sum, MOST_WEIGHT),
          "clusters");
    }
  }
}
