package dev.lish.check;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the code of Envoy's clusters refuses. */
final class ClusterRules {
  private static final String PROTOCOL = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  /** {@code base_ejection_time}, where it is not set. */
  private static final Duration FIRST_EJECTION = Duration.newBuilder().setSeconds(30).build();

  private static final Set<String> KEYS =
      Set.of(PROTOCOL, "envoy.upstreams.http.http_protocol_options");

  private static final Thresholds ONE = Thresholds.getDefaultInstance();

  private ClusterRules() {}

  static void cluster(Cluster cluster, Walk walk) {
    BalancingRules.cluster(cluster, walk);
    outliers(cluster, walk);
    discovery(cluster, walk);
    if (!cluster.hasClusterType()) {
      hosts(cluster, walk);
      EndpointRules.inCluster(cluster.getLoadAssignment(), cluster.getType(), walk);
    }
    if (cluster.getHealthChecksCount() > 1) {
      walk.found(
          Rule.BAD_SETTING,
          "found %d health checks (expected: one: Envoy 1.36 takes no more, and later ones want"
                  .formatted(cluster.getHealthChecksCount())
              + " names, which Lish cannot send)",
          "health_checks");
    }
    if (Values.isSet(cluster, "http_protocol_options")
        && Values.isSet(cluster, "http2_protocol_options")
        && Values.field(cluster, "protocol_selection")
            .toString()
            .equals("USE_CONFIGURED_PROTOCOL")) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found http_protocol_options too (expected: one of them, or HttpProtocolOptions)",
          "http2_protocol_options");
    }
    for (int i = 0; i < cluster.getHealthChecksCount(); i++) {
      if (cluster.getHealthChecks(i).hasGrpcHealthCheck() && !mayHttp2(cluster)) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found a grpc_health_check in a cluster without HTTP/2 (expected: http2_protocol_options"
                + " in its HttpProtocolOptions)",
            "health_checks",
            i,
            "grpc_health_check");
      }
    }
    for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
      if (!cluster.getTransportSocketMatches(i).hasTransportSocket()) {
        walk.found(
            Rule.EXTENSION_KIND,
            "found no transport_socket (expected: one)",
            "transport_socket_matches",
            i);
      }
    }
    alpn(cluster, walk);
    keys(cluster, walk);
    options(cluster).ifPresent(options -> ProtocolRules.cluster(cluster, options, walk));
  }

  private static void hosts(Cluster cluster, Walk walk) {
    DiscoveryType type = cluster.getType();
    if (type == DiscoveryType.ORIGINAL_DST && cluster.hasLoadAssignment()) {
      walk.found(
          Rule.CLUSTER_KIND,
          "found a load_assignment (expected: none, as type is ORIGINAL_DST)",
          "load_assignment");
    }
    var assignment = cluster.getLoadAssignment();
    for (int i = 0; i < assignment.getEndpointsCount(); i++) {
      for (int j = 0; j < assignment.getEndpoints(i).getLbEndpointsCount(); j++) {
        var socket =
            assignment
                .getEndpoints(i)
                .getLbEndpoints(j)
                .getEndpoint()
                .getAddress()
                .getSocketAddress();
        Object[] at = {
          "load_assignment",
          "endpoints",
          i,
          "lb_endpoints",
          j,
          "endpoint",
          "address",
          "socket_address"
        };
        if (type == DiscoveryType.LOGICAL_DNS && !socket.getResolverName().isEmpty()) {
          walk.found(
              Rule.CLUSTER_KIND,
              "found a resolver_name (expected: none, as type is LOGICAL_DNS)",
              at);
        } else if (type == DiscoveryType.STRICT_DNS && !socket.getResolverName().isEmpty()) {
          walk.found(
              Rule.CLUSTER_KIND,
              "found a resolver_name (expected: none, as type is STRICT_DNS)",
              at);
        } else if (type == DiscoveryType.STATIC && !socket.getResolverName().isEmpty()) {
          walk.found(
              Rule.CLUSTER_KIND,
              "found a resolver_name (expected: none, as Envoys have no such resolver)",
              at);
        } else if (type == DiscoveryType.STATIC && !socket.getNamedPort().isEmpty()) {
          walk.found(Rule.CLUSTER_KIND, "found a named_port (expected: port_value)", at);
        }
      }
    }
  }

  private static void outliers(Cluster cluster, Walk walk) {
    var outliers = cluster.getOutlierDetection();
    Duration first =
        outliers.hasBaseEjectionTime() ? outliers.getBaseEjectionTime() : FIRST_EJECTION;
    if (outliers.hasMaxEjectionTime()
        && RouteRules.BY_LENGTH.compare(outliers.getMaxEjectionTime(), first) < 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a time below base_ejection_time, which is %ds (expected: at least that)"
              .formatted(first.getSeconds()),
          "outlier_detection",
          "max_ejection_time");
    }
    if (cluster.getCircuitBreakers().getPerHostThresholdsList().stream()
        .anyMatch(t -> !t.toBuilder().clearPriority().clearMaxConnections().build().equals(ONE))) {
      walk.found(
          Rule.BAD_SETTING,
          "found limits of a host other than max_connections (expected: max_connections alone)",
          "circuit_breakers",
          "per_host_thresholds");
    }
  }

  /** How the cluster finds its hosts. */
  private static void discovery(Cluster cluster, Walk walk) {
    if (cluster.hasEdsClusterConfig()
        && cluster.getType() == DiscoveryType.EDS
        && !cluster.getEdsClusterConfig().hasEdsConfig()) {
      walk.found(
          Rule.CLUSTER_KIND,
          "found no source of endpoints (expected: eds_config with ads or another)",
          "eds_cluster_config");
    }
    var original = cluster.getOriginalDstLbConfig();
    if (!original.getHttpHeaderName().isEmpty() && !original.getUseHttpHeader()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found http_header_name without use_http_header (expected: both)",
          "original_dst_lb_config",
          "http_header_name");
    }
    AddressRules.addresses(resolvers(cluster), walk, "dns_resolvers");
  }

  @SuppressWarnings("unchecked")
  private static List<Address> resolvers(Cluster cluster) {
    return (List<Address>) Values.field(cluster, "dns_resolvers");
  }

  private static boolean mayHttp2(Cluster cluster) {
    return Values.isSet(cluster, "http2_protocol_options")
        || options(cluster)
            .map(options -> !options.getExplicitHttpConfig().hasHttpProtocolOptions())
            .orElse(false);
  }

  private static Optional<HttpProtocolOptions> options(Cluster cluster) {
    return Optional.ofNullable(cluster.getTypedExtensionProtocolOptionsMap().get(PROTOCOL))
        .flatMap(options -> Extensions.as(HttpProtocolOptions.class, options));
  }

  /** Options are found by their key alone. */
  private static void keys(Cluster cluster, Walk walk) {
    cluster
        .getTypedExtensionProtocolOptionsMap()
        .forEach(
            (key, options) -> {
              if (options.is(HttpProtocolOptions.class) && !KEYS.contains(key)) {
                walk.found(
                    Rule.EXTENSION_KIND,
                    "found the key \"%s\" of HttpProtocolOptions (expected: %s)"
                        .formatted(key, PROTOCOL),
                    "typed_extension_protocol_options",
                    key);
              } else if (KEYS.contains(key)
                  && !options.is(HttpProtocolOptions.class)
                  && !Extensions.isKnown(Extensions.type(options))) {
                walk.found(
                    Rule.EXTENSION_KIND,
                    "found %s (expected: HttpProtocolOptions, as the key says)"
                        .formatted(Extensions.type(options)),
                    "typed_extension_protocol_options",
                    key);
              }
            });
  }

  /** Without TLS there is no ALPN, by which the protocol would be found. */
  private static void alpn(Cluster cluster, Walk walk) {
    if (cluster.hasTransportSocket() || cluster.getTransportSocketMatchesCount() > 0) {
      return;
    }
    if (options(cluster).map(HttpProtocolOptions::hasAutoConfig).orElse(false)) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found auto_config in a cluster without TLS (expected: explicit_http_config, or a"
              + " transport_socket with TLS)",
          "typed_extension_protocol_options",
          PROTOCOL,
          "auto_config");
    }
  }
}
