package dev.lish.check;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeyValueMutation;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.data.dns.v3.DnsTable;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.fluentd.v3.FluentdAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.oauth2.v3.OAuth2Config;
import io.envoyproxy.envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes;
import io.envoyproxy.envoy.extensions.filters.network.redis_proxy.v3.RedisProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig;
import io.envoyproxy.envoy.extensions.filters.network.thrift_proxy.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Int32Range;

/**
 * What Envoy's code refuses though its API allows it: by message, as {@link Lints} by its full
 * name. Each was seen on real Envoys, see the corpus of bad configurations.
 */
final class CodeRules {
  private static final String HTTP = "envoy.extensions.filters.http.";
  private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.";

  private CodeRules() {}

  /** Looks at one message, not at those below it. */
  static void look(String name, Message message, Walk walk) {
    if (name.startsWith(HTTP)) {
      filter(name.substring(HTTP.length()), message, walk);
    } else if (name.startsWith(TLS)) {
      tls(name.substring(TLS.length()), message, walk);
    } else {
      core(name, message, walk);
    }
  }

  private static void core(String name, Message message, Walk walk) {
    switch (name) {
      case "envoy.config.listener.v3.Listener" -> ListenerRules.listener((Listener) message, walk);
      case "envoy.config.listener.v3.FilterChainMatch" ->
          ListenerRules.match((FilterChainMatch) message, walk);
      case "envoy.config.core.v3.SubstitutionFormatString" ->
          Formats.look((SubstitutionFormatString) message, walk);
      case "envoy.config.core.v3.Http2ProtocolOptions" ->
          ProtocolRules.settings((Http2ProtocolOptions) message, walk);
      case "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit" ->
          FilterRules.bucket(
              ((io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit)
                      message)
                  .getTokenBucket(),
              walk,
              "token_bucket");
      case "envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit" ->
          FilterRules.bucket(
              ((io.envoyproxy.envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit)
                      message)
                  .getTokenBucket(),
              walk,
              "token_bucket");
      default -> config(name, message, walk);
    }
  }

  private static void config(String name, Message message, Walk walk) {
    switch (name) {
      case "envoy.config.core.v3.CidrRange", "xds.core.v3.CidrRange" ->
          AddressRules.range(message, walk);
      case "envoy.config.core.v3.BindConfig" -> AddressRules.bind((BindConfig) message, walk);
      case "envoy.config.core.v3.HeaderValueOption" ->
          HeaderRules.added((HeaderValueOption) message, walk);
      case "envoy.config.core.v3.HealthCheck" ->
          HealthRules.check((io.envoyproxy.envoy.config.core.v3.HealthCheck) message, walk);
      case "envoy.config.core.v3.HealthCheck.HttpHealthCheck" ->
          HealthRules.http((HttpHealthCheck) message, walk);
      case "envoy.config.core.v3.HealthCheck.TcpHealthCheck" ->
          HealthRules.tcp((TcpHealthCheck) message, walk);
      case "envoy.config.core.v3.BackoffStrategy", "envoy.config.cluster.v3.Cluster.RefreshRate" ->
          RouteRules.backOff(message, walk);
      case "envoy.config.endpoint.v3.ClusterLoadAssignment" ->
          EndpointRules.discovered((ClusterLoadAssignment) message, walk);
      case "envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector" ->
          BalancingRules.selector((LbSubsetSelector) message, walk);
      case "envoy.config.core.v3.Pipe" -> AddressRules.pipe((Pipe) message, walk);
      case "envoy.service.runtime.v3.Runtime" -> RuntimeRules.layer((Runtime) message, walk);
      case "envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate" ->
          RouteRules.backOff(message, walk);
      case "envoy.config.rbac.v3.Policy" -> ServiceRules.policy((Policy) message, walk);
      case "envoy.type.v3.Int32Range" -> ServiceRules.ports((Int32Range) message, walk);
      case "envoy.config.route.v3.WeightedCluster.ClusterWeight" ->
          HeaderRules.removed(message, walk);
      case "envoy.config.route.v3.FilterConfig" ->
          FilterRules.perRoute((FilterConfig) message, walk);
      case "envoy.type.matcher.v3.StringMatcher" ->
          RouteRules.matcher((StringMatcher) message, walk);
      case "envoy.config.trace.v3.OpenTelemetryConfig" ->
          HttpRules.tracer((OpenTelemetryConfig) message, walk);
      case "envoy.config.core.v3.KeyValueMutation" ->
          HeaderRules.query((KeyValueMutation) message, walk);
      case "envoy.data.dns.v3.DnsTable.AddressList" ->
          DatagramRules.answers((DnsTable.AddressList) message, walk);
      case "envoy.config.ratelimit.v3.RateLimitServiceConfig" ->
          ServiceRules.version(message, walk);
      default -> extension(name, message, walk);
    }
  }

  private static void extension(String name, Message message, Walk walk) {
    switch (name) {
      case "envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig" ->
          ServiceRules.version(message, walk);
      case "envoy.extensions.access_loggers.file.v3.FileAccessLog" ->
          LogRules.file((FileAccessLog) message, walk);
      case "envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig" ->
          LogRules.openTelemetry((OpenTelemetryAccessLogConfig) message, walk);
      case "envoy.extensions.access_loggers.fluentd.v3.FluentdAccessLogConfig" ->
          LogRules.fluentd((FluentdAccessLogConfig) message, walk);
      case "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy" ->
          ConnectionRules.tcp((TcpProxy) message, walk);
      case "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig" ->
          ConnectionRules.tunnel((TunnelingConfig) message, walk);
      case "envoy.extensions.filters.network.redis_proxy.v3.RedisProxy" ->
          ConnectionRules.redis((RedisProxy) message, walk);
      case "envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes" ->
          HttpRules.scopes((ScopedRoutes) message, walk);
      case "envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue" ->
          GatewayRules.object((FilterStateValue) message, walk);
      case "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol" ->
          DatagramRules.proxyProtocol((ProxyProtocol) message, walk);
      case "envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig" ->
          DatagramRules.proxy((UdpProxyConfig) message, walk);
      case "envoy.extensions.filters.network.thrift_proxy.v3.RouteMatch" ->
          GatewayRules.thrift((RouteMatch) message, walk);
      case "envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig" ->
          GatewayRules.cache((DnsCacheConfig) message, walk);
      case "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig" ->
          HttpRules.origin((XffConfig) message, walk);
      case "envoy.extensions.load_balancing_policies.maglev.v3.Maglev" ->
          BalancingRules.maglev((Maglev) message, walk);
      case "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash" ->
          BalancingRules.ring((RingHash) message, walk);
      case "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig" ->
          AddressRules.addresses(
              ((CaresDnsResolverConfig) message).getResolversList(), walk, "resolvers");
      case "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig" ->
          PathTemplates.match((UriTemplateMatchConfig) message, walk);
      case "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig" ->
          PathTemplates.rewrite((UriTemplateRewriteConfig) message, walk);
      case "envoy.extensions.upstreams.http.v3.HttpProtocolOptions" ->
          ProtocolRules.options((HttpProtocolOptions) message, walk);
      default -> {}
    }
  }

  private static void filter(String name, Message message, Walk walk) {
    switch (name) {
      case "lua.v3.Lua" -> ServiceRules.lua((Lua) message, walk);
      case "jwt_authn.v3.JwtAuthentication" -> JwtRules.look((JwtAuthentication) message, walk);
      case "ext_authz.v3.HttpService" -> FilterRules.authz((HttpService) message, walk);
      case "local_ratelimit.v3.LocalRateLimit" ->
          FilterRules.rateLimit((LocalRateLimit) message, walk);
      case "health_check.v3.HealthCheck" -> FilterRules.healthCheck((HealthCheck) message, walk);
      case "header_to_metadata.v3.Config.Rule" -> {
        FilterRules.rule((Config.Rule) message, walk);
        ServiceRules.rule((Config.Rule) message, walk);
      }
      case "ext_authz.v3.ExtAuthz" -> ServiceRules.version(message, walk);
      case "ext_proc.v3.ExternalProcessor" ->
          ServiceRules.processor((ExternalProcessor) message, walk);
      case "ext_proc.v3.ProcessingMode" -> ServiceRules.mode((ProcessingMode) message, walk);
      case "json_to_metadata.v3.JsonToMetadata.Rule" ->
          FilterRules.rule((JsonToMetadata.Rule) message, walk);
      case "api_key_auth.v3.ApiKeyAuth" -> FilterRules.keys((ApiKeyAuth) message, walk);
      case "cdn_loop.v3.CdnLoopConfig" -> FilterRules.cdn((CdnLoopConfig) message, walk);
      case "basic_auth.v3.BasicAuth" -> FilterRules.users((BasicAuth) message, walk);
      case "oauth2.v3.OAuth2Config" -> GatewayRules.login((OAuth2Config) message, walk);
      case "proto_message_extraction.v3.ProtoMessageExtractionConfig" ->
          GatewayRules.extraction((ProtoMessageExtractionConfig) message, walk);
      case "admission_control.v3.AdmissionControl.SuccessCriteria.GrpcCriteria" ->
          FilterRules.statuses((AdmissionControl.SuccessCriteria.GrpcCriteria) message, walk);
      case "admission_control.v3.AdmissionControl.SuccessCriteria.HttpCriteria" ->
          FilterRules.statuses((AdmissionControl.SuccessCriteria.HttpCriteria) message, walk);
      default -> {}
    }
  }

  private static void tls(String name, Message message, Walk walk) {
    switch (name) {
      case "DownstreamTlsContext" -> TlsRules.server((DownstreamTlsContext) message, walk);
      case "UpstreamTlsContext" -> TlsRules.client((UpstreamTlsContext) message, walk);
      case "CommonTlsContext" -> TlsRules.common((CommonTlsContext) message, walk);
      case "CertificateValidationContext" ->
          TlsRules.trust((CertificateValidationContext) message, walk);
      case "SPIFFECertValidatorConfig" ->
          TlsRules.spiffe((SPIFFECertValidatorConfig) message, walk);
      case "TlsSessionTicketKeys" -> TlsRules.tickets((TlsSessionTicketKeys) message, walk);
      case "Secret" -> TlsRules.secret((Secret) message, walk);
      case "TlsCertificate" -> TlsRules.certificate((TlsCertificate) message, walk);
      default -> {}
    }
  }
}
