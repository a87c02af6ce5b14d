package dev.lish.check;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.extensions.filters.network.redis_proxy.v3.RedisProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig;
import java.util.HashSet;
import java.util.Set;

/** What the code of network filters refuses. */
final class ConnectionRules {
  private static final Duration SECOND = Duration.newBuilder().setSeconds(1).build();

  private ConnectionRules() {}

  static void tcp(TcpProxy proxy, Walk walk) {
    if (proxy.hasAccessLogOptions()) {
      LogRules.once(proxy, walk, "access_log_flush_interval", "flush_access_log_on_connected");
    }
    var backoff = proxy.getBackoffOptions();
    Duration base = backoff.hasBaseInterval() ? backoff.getBaseInterval() : SECOND;
    if (backoff.hasMaxInterval()
        && RouteRules.BY_LENGTH.compare(backoff.getMaxInterval(), base) < 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a time below base_interval (expected: at least that)",
          "backoff_options",
          "max_interval");
    }
  }

  static void tunnel(TunnelingConfig tunnel, Walk walk) {
    Formats.look(tunnel.getHostname(), walk, false, "hostname");
    if (!tunnel.getPostPath().isEmpty() && !tunnel.getUsePost()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found a post_path without use_post (expected: both)",
          "post_path");
    }
  }

  static void redis(RedisProxy proxy, Walk walk) {
    var routes = proxy.getPrefixRoutes();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < routes.getRoutesCount(); i++) {
      String prefix = routes.getRoutes(i).getPrefix();
      if (!seen.add(prefix)) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found \"%s\" again (expected: once)".formatted(prefix),
            "prefix_routes",
            "routes",
            i,
            "prefix");
      }
    }
    if (routes.getRoutesCount() == 0 && !routes.hasCatchAllRoute()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found no routes (expected: prefix_routes with catch_all_route or routes)");
    }
  }
}
