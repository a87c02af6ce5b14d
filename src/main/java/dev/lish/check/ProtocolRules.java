package dev.lish.check;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource.ApiType;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the code of Envoy's protocols refuses. */
final class ProtocolRules {
  private static final String CODEC =
      "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec";
  private static final String MOST_REQUESTS = "max_requests_per_connection";
  private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final String QUIC =
      "envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport";
  private static final Set<ApiType> GRPC =
      Set.of(
          ApiType.GRPC, ApiType.DELTA_GRPC, ApiType.AGGREGATED_GRPC, ApiType.AGGREGATED_DELTA_GRPC);

  /** Settings of HTTP/2 (RFC 9113, 6.5.2) and the field of the API that each has. */
  private static final Map<Integer, String> NAMED =
      Map.of(1, "hpack_table_size", 3, "max_concurrent_streams", 4, "initial_stream_window_size");

  private static final int ENABLE_PUSH = 2;

  /** RFC 8441. */
  private static final int ENABLE_CONNECT = 8;

  private ProtocolRules() {}

  static void settings(Http2ProtocolOptions options, Walk walk) {
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < options.getCustomSettingsParametersCount(); i++) {
      var setting = options.getCustomSettingsParameters(i);
      int id = setting.getIdentifier().getValue();
      Integer first = seen.putIfAbsent(id, setting.getValue().getValue());
      if (first != null && first != setting.getValue().getValue()) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found setting %d again, with another value (expected: once)".formatted(id),
            "custom_settings_parameters",
            i);
      }
      setting(options, id, setting.getValue().getValue(), walk, i);
    }
  }

  private static void setting(
      Http2ProtocolOptions options, int id, int value, Walk walk, int index) {
    Object[] at = {"custom_settings_parameters", index};
    String field = NAMED.get(id);
    if (field != null && Values.isSet(options, field)) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found setting %d, which %s sets too (expected: one of them)".formatted(id, field),
          at);
    } else if (id == ENABLE_PUSH && value == 1) {
      walk.found(
          Rule.BAD_SETTING, "found server push (expected: none, as Envoy has it not built)", at);
    } else if (id == ENABLE_CONNECT) {
      walk.found(Rule.BAD_SETTING, "found setting 8 (expected: the field allow_connect)", at);
    }
  }

  /** The options of a cluster, seen from the cluster. */
  static void cluster(Cluster cluster, HttpProtocolOptions options, Walk walk) {
    String socket = Extensions.type(cluster.getTransportSocket().getTypedConfig());
    boolean sure = cluster.getTransportSocketMatchesCount() == 0 && Extensions.isKnown(socket);
    boolean explicit = options.getExplicitHttpConfig().hasHttp3ProtocolOptions();
    if ((explicit || options.getUseDownstreamProtocolConfig().hasHttp3ProtocolOptions())
        && !socket.equals(QUIC)
        && (socket.isEmpty() || sure)) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found HTTP/3 without QUIC (expected: a transport_socket with QuicUpstreamTransport)",
          "typed_extension_protocol_options",
          OPTIONS,
          explicit ? "explicit_http_config" : "use_downstream_protocol_config");
    }
    if (Values.isSet(cluster, MOST_REQUESTS)
        && options.getCommonHttpProtocolOptions().hasMaxRequestsPerConnection()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found it in HttpProtocolOptions too (expected: only there)",
          MOST_REQUESTS);
    }
  }

  /** The options where they are. */
  static void options(HttpProtocolOptions options, Walk walk) {
    var auto = options.getAutoConfig();
    if (auto.hasHttp3ProtocolOptions() && !auto.hasAlternateProtocolsCacheOptions()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found HTTP/3 without alternate_protocols_cache_options (expected: both)",
          "auto_config");
    }
    List<HttpFilter> filters = options.getHttpFiltersList();
    for (int i = 0; i < filters.size(); i++) {
      String type = Extensions.type(filters.get(i).getTypedConfig());
      boolean last = i == filters.size() - 1;
      if (last && filters.get(i).getDisabled()) {
        walk.found(
            Rule.FILTER_ORDER,
            "found the last filter disabled (expected: enabled, as it ends the chain)",
            "http_filters",
            i);
      } else if (last ? Extensions.isKnown(type) && !type.equals(CODEC) : type.equals(CODEC)) {
        walk.found(
            Rule.FILTER_ORDER,
            "found %s %s (expected: the upstream codec at the end, and only there)"
                .formatted(type, last ? "last" : "before others"),
            "http_filters",
            i);
      }
    }
  }

  /** Where a server of xDS is. */
  static void source(ApiConfigSource source, Walk walk) {
    boolean grpc = GRPC.contains(source.getApiType());
    if (source.getGrpcServicesCount() == 0 && source.getClusterNamesCount() == 0) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found no server (expected: grpc_services, or cluster_names for REST)");
    } else if (grpc && source.getClusterNamesCount() > 0) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found cluster_names of a gRPC source (expected: grpc_services)",
          "cluster_names");
    } else if (grpc && source.getGrpcServicesCount() > 1) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %d services (expected: one)".formatted(source.getGrpcServicesCount()),
          "grpc_services");
    }
  }
}
