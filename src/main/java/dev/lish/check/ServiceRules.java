package dev.lish.check;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor.RouteCacheAction;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.type.v3.Int32Range;

/** What the code of filters refuses that ask a service, and of those that decide by rules. */
final class ServiceRules {
  private ServiceRules() {}

  static void lua(Lua lua, Walk walk) {
    if (Values.isSet(lua, "default_source_code")
        && !((String) Values.field(lua, "inline_code")).isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found inline_code too (expected: one of them)",
          "default_source_code");
    }
  }

  static void processor(ExternalProcessor processor, Walk walk) {
    if (processor.hasGrpcService() == processor.hasHttpService()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %s (expected: either grpc_service or http_service)"
              .formatted(processor.hasGrpcService() ? "both" : "none of them"));
    }
    ProcessingMode mode = processor.getProcessingMode();
    boolean more =
        mode.getRequestBodyMode() != BodySendMode.NONE
            || mode.getResponseBodyMode() != BodySendMode.NONE
            || mode.getRequestTrailerMode() == HeaderSendMode.SEND
            || mode.getResponseTrailerMode() == HeaderSendMode.SEND;
    if (processor.hasHttpService() && more) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found bodies or trailers for an http_service (expected: headers alone)",
          "processing_mode");
    }
    if (processor.getDisableClearRouteCache()
        && processor.getRouteCacheAction() != RouteCacheAction.DEFAULT) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found disable_clear_route_cache too (expected: one of the two)",
          "route_cache_action");
    }
  }

  static void mode(ProcessingMode mode, Walk walk) {
    if (mode.getRequestBodyMode() == BodySendMode.FULL_DUPLEX_STREAMED
        && mode.getRequestTrailerMode() != HeaderSendMode.SEND) {
      duplex(walk, "request_body_mode", "request_trailer_mode");
    }
    if (mode.getResponseBodyMode() == BodySendMode.FULL_DUPLEX_STREAMED
        && mode.getResponseTrailerMode() != HeaderSendMode.SEND) {
      duplex(walk, "response_body_mode", "response_trailer_mode");
    }
  }

  private static void duplex(Walk walk, String body, String trailers) {
    walk.found(
        Rule.CONFLICTING_FIELDS,
        "found FULL_DUPLEX_STREAMED without trailers (expected: %s: SEND)".formatted(trailers),
        body);
  }

  /** Envoys speak no other version any more. */
  static void version(Message message, Walk walk) {
    if (Values.field(message, "transport_api_version") instanceof EnumValueDescriptor version
        && version.getName().equals("V2")) {
      walk.found(Rule.DISALLOWED_FIELD, "found V2 (expected: V3)", "transport_api_version");
    }
  }

  static void policy(Policy policy, Walk walk) {
    if (policy.hasCondition()
        && !policy.getCondition().hasConstExpr()
        && policy.getCondition().getExprKindCase().getNumber() == 0) {
      walk.found(
          Rule.BAD_SETTING, "found no expression (expected: one, or no condition)", "condition");
    }
  }

  /** A range of ports. */
  static void ports(Int32Range range, Walk walk) {
    if (walk.isBelow("destination_port_range") && range.getStart() >= range.getEnd()) {
      walk.found(
          Rule.BAD_SETTING,
          "found [%d, %d) (expected: start below end)".formatted(range.getStart(), range.getEnd()));
    }
  }

  static void rule(Config.Rule rule, Walk walk) {
    var present = rule.getOnHeaderPresent();
    if (!rule.getCookie().isEmpty() && rule.getRemove()) {
      walk.found(Rule.CONFLICTING_FIELDS, "found true for a cookie (expected: a header)", "remove");
    }
    if (!present.getValue().isEmpty() && present.hasRegexValueRewrite()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found a value too (expected: one of the two)",
          "on_header_present",
          "regex_value_rewrite");
    }
    if (rule.hasOnHeaderMissing() && rule.getOnHeaderMissing().getValue().isEmpty()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found no value (expected: one, as there is no header to take it from)",
          "on_header_missing");
    }
  }
}
