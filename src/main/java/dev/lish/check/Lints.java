package dev.lish.check;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lish.check.Reading.Kind;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.Map;

/** What to look at in which message, wherever it is: by its full name. */
final class Lints {
  /** Texts that name a cluster: message to field. */
  private static final Map<String, String> CLUSTERS =
      Map.ofEntries(
          Map.entry("envoy.config.route.v3.RouteAction.RequestMirrorPolicy", "cluster"),
          Map.entry("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "cluster"),
          Map.entry(
              "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight",
              "name"),
          Map.entry("envoy.config.core.v3.GrpcService.EnvoyGrpc", "cluster_name"),
          Map.entry("envoy.config.core.v3.HttpUri", "cluster"),
          Map.entry("envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig", "cluster"),
          Map.entry("envoy.extensions.filters.udp.udp_proxy.v3.Route", "cluster"),
          Map.entry(
              "envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route",
              "cluster"),
          Map.entry("envoy.extensions.filters.network.thrift_proxy.v3.RouteAction", "cluster"),
          Map.entry(
              "envoy.extensions.filters.network.thrift_proxy.v3.WeightedCluster.ClusterWeight",
              "name"),
          Map.entry("envoy.config.trace.v3.ZipkinConfig", "collector_cluster"),
          Map.entry("envoy.config.trace.v3.DatadogConfig", "collector_cluster"),
          Map.entry("envoy.config.trace.v3.LightstepConfig", "collector_cluster"),
          Map.entry(
              "envoy.extensions.access_loggers.fluentd.v3.FluentdAccessLogConfig", "cluster"));

  private Lints() {}

  /** Looks at one message, not at those below it. */
  static void look(Message message, Walk walk) {
    String name = message.getDescriptorForType().getFullName();
    UnservedRules.look(name, message, walk);
    String cluster = CLUSTERS.get(name);
    if (cluster != null) {
      walk.mentions(Kind.CLUSTER, (String) Values.field(message, cluster), cluster);
    }
    switch (name) {
      case "envoy.config.cluster.v3.Cluster" -> {
        ClusterLints.cluster((Cluster) message, walk);
        ClusterRules.cluster((Cluster) message, walk);
      }
      case "envoy.extensions.clusters.aggregate.v3.ClusterConfig" ->
          aggregate((ClusterConfig) message, walk);
      case "envoy.config.route.v3.RouteConfiguration" -> {
        RouteLints.routes((RouteConfiguration) message, walk);
        RouteRules.routes((RouteConfiguration) message, walk);
      }
      case "envoy.config.route.v3.VirtualHost" -> {
        RouteLints.host((VirtualHost) message, walk);
        RouteRules.host((VirtualHost) message, walk);
        NeverLints.host((VirtualHost) message, walk);
      }
      case "envoy.config.route.v3.Route" -> RouteRules.route((Route) message, walk);
      case "envoy.config.route.v3.RouteMatch" -> NeverLints.match((RouteMatch) message, walk);
      case "envoy.config.route.v3.HeaderMatcher" ->
          NeverLints.header((HeaderMatcher) message, walk);
      case "envoy.config.route.v3.RedirectAction" ->
          NeverLints.redirect((RedirectAction) message, walk);
      case "envoy.config.route.v3.RouteAction" -> {
        RouteRules.action((RouteAction) message, walk);
        NeverLints.action((RouteAction) message, walk);
      }
      case "envoy.config.route.v3.RetryPolicy" -> RouteLints.retry((RetryPolicy) message, walk);
      case "envoy.config.route.v3.RetryPolicy.RetryBackOff" -> RouteRules.backOff(message, walk);
      case "envoy.config.route.v3.WeightedCluster" -> {
        RouteLints.weights((WeightedCluster) message, walk);
        RouteRules.weights((WeightedCluster) message, walk);
      }
      case "envoy.type.matcher.v3.RegexMatcher" -> regex((RegexMatcher) message, walk);
      default -> lookInListener(name, message, walk);
    }
  }

  private static void lookInListener(String name, Message message, Walk walk) {
    switch (name) {
      case "envoy.config.listener.v3.FilterChain" ->
          ListenerLints.chain((FilterChain) message, walk);
      case "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager" ->
          ListenerLints.http((HttpConnectionManager) message, walk);
      case "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter" -> {
        HttpFilter filter = (HttpFilter) message;
        if (filter.hasConfigDiscovery()) {
          ListenerLints.discovered(filter.getName(), filter.getConfigDiscovery(), walk);
        } else if (!filter.hasTypedConfig() && !filter.getIsOptional() && !filter.getDisabled()) {
          walk.found(
              Rule.BAD_SETTING,
              "found no configuration (expected: typed_config, which says what it is)");
        }
      }
      case "envoy.config.listener.v3.Filter" -> {
        Filter filter = (Filter) message;
        if (filter.hasConfigDiscovery()) {
          ListenerLints.discovered(filter.getName(), filter.getConfigDiscovery(), walk);
        }
      }
      case "envoy.config.listener.v3.ListenerFilter" -> {
        ListenerFilter filter = (ListenerFilter) message;
        if (filter.hasConfigDiscovery()) {
          ListenerLints.discovered(filter.getName(), filter.getConfigDiscovery(), walk);
        }
      }
      case "envoy.extensions.filters.network.http_connection_manager.v3.Rds" -> {
        Rds rds = (Rds) message;
        if (isOurs(rds.getConfigSource())) {
          walk.mentions(Kind.ROUTES, rds.getRouteConfigName(), "route_config_name");
        }
      }
      case "envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig" -> {
        SdsSecretConfig secret = (SdsSecretConfig) message;
        if (isOurs(secret.getSdsConfig())) {
          walk.mentions(Kind.SECRET, secret.getName(), "name");
        } else if (!secret.hasSdsConfig()) {
          walk.mentions(Kind.STATIC_SECRET, secret.getName(), "name");
        }
      }
      case "envoy.config.core.v3.ConfigSource" -> source((ConfigSource) message, walk);
      case "envoy.config.core.v3.ApiConfigSource" -> {
        ApiConfigSource source = (ApiConfigSource) message;
        for (int i = 0; i < source.getClusterNamesCount(); i++) {
          walk.mentions(Kind.CLUSTER, source.getClusterNames(i), "cluster_names", i);
          walk.mentions(Kind.SERVER, source.getClusterNames(i), "cluster_names", i);
        }
        for (int i = 0; i < source.getGrpcServicesCount(); i++) {
          walk.mentions(
              Kind.SERVER,
              source.getGrpcServices(i).getEnvoyGrpc().getClusterName(),
              "grpc_services",
              i,
              "envoy_grpc",
              "cluster_name");
        }
        ProtocolRules.source(source, walk);
        ServiceRules.version(source, walk);
      }
      default -> CodeRules.look(name, message, walk);
    }
  }

  /** True when nobody but Lish can answer. */
  static boolean isOurs(ConfigSource source) {
    return source.hasAds() || source.hasSelf();
  }

  private static void source(ConfigSource source, Walk walk) {
    if (source.hasInitialFetchTimeout()
        && source.getInitialFetchTimeout().equals(Duration.getDefaultInstance())) {
      walk.found(
          Rule.FETCH_TIMEOUT,
          "found 0s: waits for ever (expected: a time; without the field it is 15s)",
          "initial_fetch_timeout");
    }
  }

  private static void aggregate(ClusterConfig config, Walk walk) {
    for (int i = 0; i < config.getClustersCount(); i++) {
      walk.mentions(Kind.CLUSTER, config.getClusters(i), "clusters", i);
    }
  }

  private static void regex(RegexMatcher matcher, Walk walk) {
    try {
      Pattern.compile(matcher.getRegex());
      if (Repeats.most(matcher.getRegex()) > Repeats.MOST) {
        walk.found(
            Rule.BAD_REGEX,
            "found \"%s\": counts that make more than %d together (expected: at most that)"
                .formatted(matcher.getRegex(), Repeats.MOST),
            "regex");
      }
    } catch (PatternSyntaxException e) {
      walk.found(
          Rule.BAD_REGEX,
          "found \"%s\": %s (expected: an RE2 expression, which has no look-around)"
              .formatted(matcher.getRegex(), e.getDescription()),
          "regex");
    }
  }
}
