package dev.lish.check;

import dev.lish.model.Nearest;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2Config;
import io.envoyproxy.envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig;
import io.envoyproxy.envoy.extensions.filters.network.thrift_proxy.v3.RouteMatch;
import java.util.Set;
import java.util.regex.Pattern;

/** What the code of filters refuses that log people in, look up hosts, or read other protocols. */
final class GatewayRules {
  /** What Envoy's {@code Utility::Url} takes, as far as an address that people write goes. */
  private static final Pattern URL =
      Pattern.compile("https?://[^/?#\\s]+([/?#]\\S*)?", Pattern.CASE_INSENSITIVE);

  /** {@code max_hosts} of a cache, where it is not set. */
  private static final int HOSTS = 1024;

  /**
   * Objects that Envoys 1.36 or 1.40 can make of a text: of each word of their binaries that looks
   * like a key, those at which the filter found a factory.
   */
  private static final Set<String> OBJECTS =
      Set.of(
          "envoy.ai.llm_protocol.request",
          "envoy.ai.model.request",
          "envoy.filters.listener.original_dst.local_ip",
          "envoy.filters.listener.original_dst.remote_ip",
          "envoy.hashable_string",
          "envoy.network.application_protocols",
          "envoy.network.ip",
          "envoy.network.network_namespace",
          "envoy.network.transport_socket.http_11_proxy.info",
          "envoy.network.transport_socket.original_dst_address",
          "envoy.network.upstream_server_name",
          "envoy.network.upstream_subject_alt_names",
          "envoy.ratelimit.hits_addend",
          "envoy.router.debug_config",
          "envoy.string",
          "envoy.tcp_proxy.cluster",
          "envoy.tcp_proxy.disable_tunneling",
          "envoy.tcp_proxy.per_connection_idle_timeout_ms",
          "envoy.upstream.dynamic_host",
          "envoy.upstream.dynamic_port");

  private GatewayRules() {}

  static void object(FilterStateValue value, Walk walk) {
    String field = value.getFactoryKey().isEmpty() ? "object_key" : "factory_key";
    String key = (String) Values.field(value, field);
    if (!key.isEmpty() && !OBJECTS.contains(key)) {
      walk.found(
          Rule.UNKNOWN_NAME,
          "found \"%s\" (expected: an object that Envoys can make, or factory_key: envoy.string%s)"
              .formatted(key, Nearest.question(key, OBJECTS)),
          field);
    }
  }

  static void login(OAuth2Config config, Walk walk) {
    String endpoint = config.getAuthorizationEndpoint();
    if (!endpoint.isEmpty() && !URL.matcher(endpoint).matches()) {
      walk.found(
          Rule.BAD_SETTING,
          "found \"%s\" (expected: a URL, http:// or https://)".formatted(endpoint),
          "authorization_endpoint");
    }
  }

  static void cache(DnsCacheConfig config, Walk walk) {
    long hosts =
        config.hasMaxHosts() ? Integer.toUnsignedLong(config.getMaxHosts().getValue()) : HOSTS;
    if (config.getPreresolveHostnamesCount() > hosts) {
      walk.found(
          Rule.BAD_SETTING,
          "found %d hosts (expected: at most max_hosts, which is %d)"
              .formatted(config.getPreresolveHostnamesCount(), hosts),
          "preresolve_hostnames");
    }
  }

  static void extraction(ProtoMessageExtractionConfig config, Walk walk) {
    DataSource source = config.getDataSource();
    boolean readable = source.hasFilename() || source.hasInlineBytes();
    if (config.getDescriptorSetCase().getNumber() == 0
        || (config.hasDataSource() && !readable && source.getSpecifierCase().getNumber() != 0)) {
      walk.found(
          Rule.BAD_SETTING,
          "found no descriptors (expected: data_source with filename or inline_bytes)");
    }
  }

  static void thrift(RouteMatch match, Walk walk) {
    String field = match.hasMethodName() ? "method_name" : "service_name";
    boolean named = match.hasMethodName() || match.hasServiceName();
    if (match.getInvert() && named && ((String) Values.field(match, field)).isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found an empty %s too, which takes all (expected: a name, or no invert)"
              .formatted(field),
          "invert");
    }
  }
}
