package dev.lish.check;

import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;

/** What the code of the HTTP connection manager refuses. */
final class HttpRules {
  private HttpRules() {}

  static void http(HttpConnectionManager http, Walk walk) {
    for (int i = 0; i < http.getUpgradeConfigsCount(); i++) {
      var filters = http.getUpgradeConfigs(i).getFiltersList();
      ListenerLints.order(filters, walk, "upgrade_configs", i, "filters");
    }
    if (http.getStripMatchingHostPort() && http.getStripAnyHostPort()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found strip_matching_host_port too (expected: one of the two)",
          "strip_any_host_port");
    }
    if (http.hasAccessLogOptions()) {
      LogRules.once(http, walk, "access_log_flush_interval", "flush_access_log_on_new_request");
    }
    var ranges = http.getInternalAddressConfig().getCidrRangesList();
    for (int i = 0; i < ranges.size(); i++) {
      AddressRules.address(
          ranges.get(i).getAddressPrefix(),
          walk,
          "internal_address_config",
          "cidr_ranges",
          i,
          "address_prefix");
    }
  }

  static void scopes(ScopedRoutes scopes, Walk walk) {
    var list = scopes.getScopedRouteConfigurationsList().getScopedRouteConfigurationsList();
    for (int i = 0; i < list.size(); i++) {
      Object[] at = {"scoped_route_configurations_list", "scoped_route_configurations", i};
      if (!list.get(i).getRouteConfigurationName().isEmpty()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found a name (expected: route_configuration, as scopes within a listener have their"
                + " routes within)",
            AddressRules.with(at, "route_configuration_name"));
      } else if (!list.get(i).hasRouteConfiguration()) {
        walk.found(Rule.CONFLICTING_FIELDS, "found no route_configuration (expected: one)", at);
      }
    }
    var fragments = scopes.getScopeKeyBuilder().getFragmentsList();
    for (int i = 0; i < fragments.size(); i++) {
      var extractor = fragments.get(i).getHeaderValueExtractor();
      if (extractor.getIndex() != 0 && extractor.getElementSeparator().isEmpty()) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found an index without element_separator (expected: both)",
            "scope_key_builder",
            "fragments",
            i,
            "header_value_extractor",
            "index");
      }
    }
  }

  static void tracer(OpenTelemetryConfig tracer, Walk walk) {
    if (tracer.hasGrpcService() == tracer.hasHttpService()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %s (expected: either grpc_service or http_service)"
              .formatted(tracer.hasGrpcService() ? "both" : "none of them"));
    }
  }

  static void origin(XffConfig xff, Walk walk) {
    if (xff.getXffNumTrustedHops() != 0 && xff.hasXffTrustedCidrs()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found xff_num_trusted_hops too (expected: one of the two)",
          "xff_trusted_cidrs");
    }
  }
}
