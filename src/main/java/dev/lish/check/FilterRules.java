package dev.lish.check;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth;
import io.envoyproxy.envoy.extensions.filters.http.basic_auth.v3.BasicAuth;
import io.envoyproxy.envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What the code of HTTP filters refuses. */
final class FilterRules {
  private static final long LEAST_FILL_MILLIS = 50;

  /** {@code htpasswd -s} gives 28 characters of base64 behind {@code {SHA}}. */
  private static final Pattern USER = Pattern.compile("[^:]+:\\{SHA}.{28}");

  private static final Pattern CDN_ID = Pattern.compile("[^\\s,;=\"]+");

  /** UNAUTHENTICATED. */
  private static final int LAST_GRPC_STATUS = 16;

  private FilterRules() {}

  static void authz(HttpService service, Walk walk) {
    var added = service.getAuthorizationRequest().getHeadersToAddList();
    for (int i = 0; i < added.size(); i++) {
      Object[] at = {"authorization_request", "headers_to_add", i};
      HeaderRules.added(added.get(i), walk, at);
    }
    String prefix = service.getPathPrefix();
    if (!prefix.isEmpty() && !prefix.startsWith("/")) {
      walk.found(
          Rule.BAD_SETTING,
          "found \"%s\" (expected: a path that starts with a slash)".formatted(prefix),
          "path_prefix");
    }
  }

  static void rateLimit(LocalRateLimit limit, Walk walk) {
    if (limit.getLocalRateLimitPerDownstreamConnection() && limit.hasLocalClusterRateLimit()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found local_rate_limit_per_downstream_connection too (expected: one of the two)",
          "local_cluster_rate_limit");
    }
    for (int i = 0; i < limit.getRateLimitsCount(); i++) {
      for (String field : List.of("stage", "disable_key", "limit")) {
        if (Values.isSet(limit.getRateLimits(i), field)) {
          walk.found(
              Rule.CONFLICTING_FIELDS,
              "found it in a local rate limit (expected: actions alone)",
              "rate_limits",
              i,
              field);
        }
      }
    }
    if (limit.hasTokenBucket()) {
      bucket(limit.getTokenBucket(), walk, "token_bucket");
    }
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < limit.getDescriptorsCount(); i++) {
      if (!seen.add(limit.getDescriptors(i).getEntriesList())) {
        walk.found(
            Rule.DUPLICATE_ENTRY,
            "found the entries of a descriptor above (expected: others)",
            "descriptors",
            i);
      }
      bucket(limit.getDescriptors(i).getTokenBucket(), walk, "descriptors", i, "token_bucket");
    }
  }

  static void bucket(TokenBucket bucket, Walk walk, Object... at) {
    Duration fill = bucket.getFillInterval();
    long millis = fill.getSeconds() * 1000 + fill.getNanos() / 1_000_000;
    if (bucket.hasFillInterval() && millis > 0 && millis < LEAST_FILL_MILLIS) {
      Object[] path = Arrays.copyOf(at, at.length + 1);
      path[at.length] = "fill_interval";
      walk.found(Rule.BAD_SETTING, "found " + millis + " ms (expected: at least 50 ms)", path);
    }
  }

  static void healthCheck(HealthCheck check, Walk walk) {
    if (!check.getPassThroughMode().getValue()
        && check.hasCacheTime()
        && !check.getCacheTime().equals(Duration.getDefaultInstance())) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found a cache_time without pass_through_mode (expected: both or none)",
          "cache_time");
    }
  }

  static void rule(Config.Rule rule, Walk walk) {
    if (!rule.getHeader().isEmpty() && !rule.getCookie().isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS, "found header and cookie (expected: one of them)", "cookie");
    } else if (!rule.hasOnHeaderPresent() && !rule.hasOnHeaderMissing()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found none of them (expected: on_header_present or on_header_missing)");
    }
  }

  static void rule(JsonToMetadata.Rule rule, Walk walk) {
    if (!rule.hasOnPresent() && !rule.hasOnMissing()) {
      walk.found(
          Rule.CONFLICTING_FIELDS, "found none of them (expected: on_present or on_missing)");
    }
  }

  static void keys(ApiKeyAuth auth, Walk walk) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < auth.getCredentialsCount(); i++) {
      if (!seen.add(auth.getCredentials(i).getKey())) {
        // A key is a secret, so it is not told.
        walk.found(
            Rule.DUPLICATE_ENTRY, "found a key again (expected: once)", "credentials", i, "key");
      }
    }
    for (int i = 0; i < auth.getKeySourcesCount(); i++) {
      var source = auth.getKeySources(i);
      if ((source.getHeader() + source.getQuery() + source.getCookie()).isEmpty()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found none of them (expected: one of header, query, cookie)",
            "key_sources",
            i);
      }
    }
  }

  static void cdn(CdnLoopConfig cdn, Walk walk) {
    if (!cdn.getCdnId().isEmpty() && !CDN_ID.matcher(cdn.getCdnId()).matches()) {
      walk.found(
          Rule.BAD_SETTING,
          "found \"%s\" (expected: a host name or a token of RFC 8586)".formatted(cdn.getCdnId()),
          "cdn_id");
    }
  }

  static void users(BasicAuth auth, Walk walk) {
    DataSource source = auth.getUsers();
    if (!source.hasInlineString() && !source.hasInlineBytes()) {
      return;
    }
    List<String> lines = text(source).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isEmpty() && !USER.matcher(lines.get(i)).matches()) {
        walk.found(
            Rule.BAD_SETTING,
            "found another form on line %d of the users (expected: NAME:{SHA}HASH, as htpasswd -s"
                    .formatted(i + 1)
                + " writes it)",
            "users");
      }
    }
  }

  static void perRoute(FilterConfig config, Walk walk) {
    if (!config.hasConfig() && !config.getDisabled() && !config.getIsOptional()) {
      walk.found(Rule.EXTENSION_KIND, "found nothing in it (expected: config, or disabled: true)");
    }
  }

  static String text(DataSource source) {
    return source.hasInlineBytes()
        ? source.getInlineBytes().toStringUtf8()
        : source.getInlineString();
  }

  static void statuses(AdmissionControl.SuccessCriteria.HttpCriteria criteria, Walk walk) {
    for (int i = 0; i < criteria.getHttpSuccessStatusCount(); i++) {
      var range = criteria.getHttpSuccessStatus(i);
      status(range.getStart(), range.getEnd(), walk, "http_success_status", i);
    }
  }

  static void statuses(AdmissionControl.SuccessCriteria.GrpcCriteria criteria, Walk walk) {
    for (int i = 0; i < criteria.getGrpcSuccessStatusCount(); i++) {
      if (criteria.getGrpcSuccessStatus(i) > LAST_GRPC_STATUS) {
        walk.found(
            Rule.BAD_SETTING,
            "found %d (expected: a status of gRPC, 0 to %d)"
                .formatted(criteria.getGrpcSuccessStatus(i), LAST_GRPC_STATUS),
            "grpc_success_status",
            i);
      }
    }
  }

  static void status(Int64Range range, Walk walk, Object... at) {
    status(range.getStart(), range.getEnd(), walk, at);
  }

  private static void status(long start, long end, Walk walk, Object... at) {
    if (start < 100 || end > 600 || start >= end) {
      walk.found(
          Rule.BAD_SETTING,
          "found [%d, %d) (expected: start below end, from 100 to 600)".formatted(start, end),
          at);
    }
  }
}
