package dev.lish.check;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.HashMap;
import java.util.Map;

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
          settings((Http2ProtocolOptions) message, walk);
      case "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit" ->
          FilterRules.bucket(
              ((io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit)
                      message)
                  .getTokenBucket(),
              walk,
              "token_bucket");
      default -> {}
    }
  }

  private static void filter(String name, Message message, Walk walk) {
    switch (name) {
      case "jwt_authn.v3.JwtAuthentication" -> JwtRules.look((JwtAuthentication) message, walk);
      case "ext_authz.v3.HttpService" -> FilterRules.authz((HttpService) message, walk);
      case "local_ratelimit.v3.LocalRateLimit" ->
          FilterRules.rateLimit((LocalRateLimit) message, walk);
      case "health_check.v3.HealthCheck" -> FilterRules.healthCheck((HealthCheck) message, walk);
      case "header_to_metadata.v3.Config.Rule" -> FilterRules.rule((Config.Rule) message, walk);
      case "json_to_metadata.v3.JsonToMetadata.Rule" ->
          FilterRules.rule((JsonToMetadata.Rule) message, walk);
      case "api_key_auth.v3.ApiKeyAuth" -> FilterRules.keys((ApiKeyAuth) message, walk);
      case "cdn_loop.v3.CdnLoopConfig" -> FilterRules.cdn((CdnLoopConfig) message, walk);
      case "basic_auth.v3.BasicAuth" -> FilterRules.users((BasicAuth) message, walk);
      case "admission_control.v3.AdmissionControl.SuccessCriteria.HttpCriteria" ->
          FilterRules.statuses((AdmissionControl.SuccessCriteria.HttpCriteria) message, walk);
      default -> {}
    }
  }

  private static void tls(String name, Message message, Walk walk) {
    switch (name) {
      case "DownstreamTlsContext" -> TlsRules.server((DownstreamTlsContext) message, walk);
      case "CommonTlsContext" -> TlsRules.common((CommonTlsContext) message, walk);
      case "CertificateValidationContext" ->
          TlsRules.trust((CertificateValidationContext) message, walk);
      case "TlsCertificate" -> TlsRules.certificate((TlsCertificate) message, walk);
      default -> {}
    }
  }

  private static void settings(Http2ProtocolOptions options, Walk walk) {
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < options.getCustomSettingsParametersCount(); i++) {
      var setting = options.getCustomSettingsParameters(i);
      Integer first =
          seen.putIfAbsent(setting.getIdentifier().getValue(), setting.getValue().getValue());
      if (first != null && first != setting.getValue().getValue()) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found setting %d again, with another value (expected: once)"
                .formatted(setting.getIdentifier().getValue()),
            "custom_settings_parameters",
            i);
      }
    }
  }
}
