package dev.lish.check;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** What the code of Envoy's clusters refuses. */
final class ClusterRules {
  private static final String PROTOCOL = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final Pattern HEX = Pattern.compile("(?:[0-9a-fA-F]{2})+");

  /** {@code minimum_ring_size} and {@code maximum_ring_size}, where they are not set. */
  private static final long SMALLEST_RING = 1024;

  private static final long LARGEST_RING = 8L << 20;

  private ClusterRules() {}

  static void cluster(Cluster cluster, Walk walk) {
    balancing(cluster, walk);
    if (!cluster.hasClusterType()) {
      hosts(cluster, walk);
    }
    for (int i = 0; i < cluster.getHealthChecksCount(); i++) {
      check(cluster.getHealthChecks(i), walk, i);
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
    alpn(cluster, walk);
  }

  private static void balancing(Cluster cluster, Walk walk) {
    var ring = cluster.getRingHashLbConfig();
    long least = ring.hasMinimumRingSize() ? ring.getMinimumRingSize().getValue() : SMALLEST_RING;
    long most = ring.hasMaximumRingSize() ? ring.getMaximumRingSize().getValue() : LARGEST_RING;
    if (cluster.hasRingHashLbConfig() && Long.compareUnsigned(least, most) > 0) {
      walk.found(
          Rule.BAD_SETTING,
          "found a minimum_ring_size of %d and a maximum_ring_size of %d (expected: at most that)"
              .formatted(least, most),
          "ring_hash_lb_config");
    }
    var maglev = cluster.getMaglevLbConfig();
    if (maglev.hasTableSize()
        && !BigInteger.valueOf(maglev.getTableSize().getValue()).isProbablePrime(50)) {
      walk.found(
          Rule.BAD_SETTING,
          "found %d (expected: a prime number)".formatted(maglev.getTableSize().getValue()),
          "maglev_lb_config",
          "table_size");
    }
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
        if (type == DiscoveryType.STRICT_DNS && !socket.getResolverName().isEmpty()) {
          walk.found(
              Rule.CLUSTER_KIND,
              "found a resolver_name (expected: none, as type is STRICT_DNS)",
              at);
        } else if (type == DiscoveryType.STATIC && !socket.getNamedPort().isEmpty()) {
          walk.found(Rule.CLUSTER_KIND, "found a named_port (expected: port_value)", at);
        }
      }
    }
  }

  private static void check(HealthCheck check, Walk walk, int index) {
    var http = check.getHttpHealthCheck();
    for (int i = 0; i < http.getExpectedStatusesCount(); i++) {
      FilterRules.status(
          http.getExpectedStatuses(i),
          walk,
          "health_checks",
          index,
          "http_health_check",
          "expected_statuses",
          i);
    }
    String hex = check.getTcpHealthCheck().getSend().getText();
    if (!hex.isEmpty() && !HEX.matcher(hex).matches()) {
      walk.found(
          Rule.BAD_SETTING,
          "found \"%s\" (expected: bytes in hexadecimal, e.g. 0a1b)".formatted(hex),
          "health_checks",
          index,
          "tcp_health_check",
          "send",
          "text");
    }
    if (check.hasCustomHealthCheck() && !check.getCustomHealthCheck().hasTypedConfig()) {
      walk.found(
          Rule.BAD_SETTING,
          "missing (expected: the configuration of the checker)",
          "health_checks",
          index,
          "custom_health_check",
          "typed_config");
    }
  }

  private static boolean mayHttp2(Cluster cluster) {
    return cluster.containsTypedExtensionProtocolOptions(PROTOCOL)
        || Values.isSet(cluster, "http2_protocol_options");
  }

  /** Without TLS there is no ALPN, by which the protocol would be found. */
  private static void alpn(Cluster cluster, Walk walk) {
    if (cluster.hasTransportSocket() || cluster.getTransportSocketMatchesCount() > 0) {
      return;
    }
    Any options = cluster.getTypedExtensionProtocolOptionsMap().get(PROTOCOL);
    try {
      if (options != null
          && options.is(HttpProtocolOptions.class)
          && options.unpack(HttpProtocolOptions.class).hasAutoConfig()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found auto_config in a cluster without TLS (expected: explicit_http_config, or a"
                + " transport_socket with TLS)",
            "typed_extension_protocol_options",
            PROTOCOL,
            "auto_config");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message cannot be read back from its own bytes", e);
    }
  }
}
