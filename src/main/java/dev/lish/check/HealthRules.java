package dev.lish.check;

import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import java.util.Set;
import java.util.regex.Pattern;

/** What the code of Envoy's health checkers refuses. */
final class HealthRules {
  private static final Pattern HEX = Pattern.compile("(?:[0-9a-fA-F]{2})+");
  private static final Set<RequestMethod> WITH_BODY =
      Set.of(RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.OPTIONS);

  private HealthRules() {}

  static void check(HealthCheck check, Walk walk) {
    if (check.hasCustomHealthCheck() && !check.getCustomHealthCheck().hasTypedConfig()) {
      walk.found(
          Rule.BAD_SETTING,
          "missing (expected: the configuration of the checker)",
          "custom_health_check",
          "typed_config");
    }
  }

  static void http(HttpHealthCheck check, Walk walk) {
    for (int i = 0; i < check.getExpectedStatusesCount(); i++) {
      FilterRules.status(check.getExpectedStatuses(i), walk, "expected_statuses", i);
    }
    for (int i = 0; i < check.getRetriableStatusesCount(); i++) {
      FilterRules.status(check.getRetriableStatuses(i), walk, "retriable_statuses", i);
    }
    if (check.hasSend() && !WITH_BODY.contains(check.getMethod())) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found a body without a method that has one (expected: method POST, PUT, PATCH or"
              + " OPTIONS)",
          "send");
    }
    // Neither with QUIC nor without: HttpHealthCheckerImpl throws what nobody catches.
    if (check.getCodecClientType() == CodecClientType.HTTP3) {
      walk.found(
          Rule.BAD_SETTING,
          "found HTTP3 (expected: HTTP1 or HTTP2, as it makes Envoys crash)",
          "codec_client_type");
    }
    payload(check.getSend(), walk, "send");
    for (int i = 0; i < check.getReceiveCount(); i++) {
      payload(check.getReceive(i), walk, "receive", i);
    }
    HeaderRules.removed(check, walk);
  }

  static void tcp(TcpHealthCheck check, Walk walk) {
    payload(check.getSend(), walk, "send");
    for (int i = 0; i < check.getReceiveCount(); i++) {
      payload(check.getReceive(i), walk, "receive", i);
    }
  }

  private static void payload(Payload payload, Walk walk, Object... at) {
    String hex = payload.getText();
    if (!hex.isEmpty() && !HEX.matcher(hex).matches()) {
      walk.found(
          Rule.BAD_SETTING,
          "found \"%s\" (expected: bytes in hexadecimal, e.g. 0a1b)".formatted(hex),
          AddressRules.with(at, "text"));
    }
  }
}
