package dev.lish.check;

import com.google.protobuf.Duration;
import dev.lish.check.Reading.Kind;
import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Looks at listeners and what is in them. */
final class ListenerLints {
  private static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";

  /** Network filters of Envoy after which no other can come, nor anything but they at the end. */
  private static final List<String> LAST =
      List.of(
          "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
          "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
          "envoy.extensions.filters.network.redis_proxy.v3.RedisProxy",
          "envoy.extensions.filters.network.thrift_proxy.v3.ThriftProxy",
          "envoy.extensions.filters.network.dubbo_proxy.v3.DubboProxy",
          "envoy.extensions.filters.network.generic_proxy.v3.GenericProxy",
          "envoy.extensions.filters.network.direct_response.v3.Config",
          "envoy.extensions.filters.network.echo.v3.Echo");

  /** Network filters of Envoy that hand the connection on. */
  private static final List<String> NOT_LAST =
      List.of(
          "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit",
          "envoy.extensions.filters.network.ext_authz.v3.ExtAuthz",
          "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit",
          "envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy",
          "envoy.extensions.filters.network.ratelimit.v3.RateLimit",
          "envoy.extensions.filters.network.rbac.v3.RBAC",
          "envoy.extensions.filters.network.sni_cluster.v3.SniCluster",
          "envoy.extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy");

  private static final String HTTP = "envoy.extensions.filters.http.";

  /** HTTP filters that can be last, some of them only when they are set up to. */
  private static final List<String> ENDS =
      List.of(".Router", ".DynamicModuleFilter", ".FileServerConfig", ".McpRouter", ".CodecFilter");

  private ListenerLints() {}

  /** The last network filter ends the chain, and only the last. */
  static void chain(FilterChain chain, Walk walk) {
    for (int i = 0; i < chain.getFiltersCount(); i++) {
      boolean last = i == chain.getFiltersCount() - 1;
      String type = Extensions.type(chain.getFilters(i).getTypedConfig());
      if (last && NOT_LAST.contains(type)) {
        walk.found(
            Rule.FILTER_ORDER,
            "found %s last (expected: one that ends the chain, such as tcp_proxy)".formatted(type),
            "filters",
            i);
      } else if (!last && LAST.contains(type)) {
        walk.found(
            Rule.FILTER_ORDER,
            "found %s before others (expected: last)".formatted(type),
            "filters",
            i);
      }
    }
  }

  /** The router is there, and last. */
  static void http(HttpConnectionManager http, Walk walk) {
    if (http.getHttpFiltersCount() == 0) {
      walk.found(
          Rule.FILTER_ORDER, "found no http_filters (expected: at least the router at the end)");
    }
    order(http.getHttpFiltersList(), walk, "http_filters");
    conflicts(http, walk);
    HttpRules.http(http, walk);
    if (http.hasStreamIdleTimeout()
        && http.getStreamIdleTimeout().equals(Duration.getDefaultInstance())) {
      walk.found(
          Rule.NO_TIMEOUT,
          "found 0s, which is none (expected: a time; without the field it is 5m)",
          "stream_idle_timeout");
    }
  }

  /** The order of HTTP filters. */
  static void order(List<HttpFilter> filters, Walk walk, Object... list) {
    for (int i = 0; i < filters.size(); i++) {
      String type = Extensions.type(filters.get(i).getTypedConfig());
      boolean last = i == filters.size() - 1;
      if (last && type.startsWith(HTTP) && ENDS.stream().noneMatch(type::endsWith)) {
        walk.found(
            Rule.FILTER_ORDER,
            "found %s last (expected: the router)".formatted(type),
            AddressRules.with(list, i));
      } else if (last && filters.get(i).getDisabled()) {
        walk.found(
            Rule.FILTER_ORDER,
            "found the last filter disabled (expected: enabled, as it ends the chain)",
            AddressRules.with(list, i));
      } else if (!last && type.equals(ROUTER)) {
        walk.found(
            Rule.FILTER_ORDER,
            "found the router before others (expected: last)",
            AddressRules.with(list, i));
      }
    }
  }

  private static void conflicts(HttpConnectionManager http, Walk walk) {
    if (http.getUseRemoteAddress().getValue() && http.getOriginalIpDetectionExtensionsCount() > 0) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found use_remote_address too (expected: one of the two)",
          "original_ip_detection_extensions");
    }
    Set<String> upgrades = new HashSet<>();
    for (int i = 0; i < http.getUpgradeConfigsCount(); i++) {
      String type = http.getUpgradeConfigs(i).getUpgradeType();
      if (!upgrades.add(type.toLowerCase(Locale.ROOT))) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found \"%s\" again (expected: once)".formatted(type),
            "upgrade_configs",
            i);
      }
    }
  }

  /** A filter whose configuration is a resource of its own. */
  static void discovered(String name, ExtensionConfigSource source, Walk walk) {
    if (Lints.isOurs(source.getConfigSource()) && !source.hasDefaultConfig()) {
      walk.mentions(Kind.EXTENSION, name, "config_discovery");
    }
  }
}
