package dev.lish.check;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import java.util.Map;

/** What an Envoy would ask Lish for, and Lish has not: types of resources that no mesh can hold. */
final class UnservedRules {
  private record Asked(String field, String what) {}

  private static final Map<String, Asked> ASKED =
      Map.of(
          "envoy.config.route.v3.Vhds",
          new Asked("config_source", "virtual hosts"),
          "envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds",
          new Asked("scoped_rds_config_source", "scoped routes"),
          "envoy.extensions.filters.network.thrift_proxy.v3.Trds",
          new Asked("config_source", "routes of Thrift"),
          "envoy.config.endpoint.v3.LedsClusterLocalityConfig",
          new Asked("leds_config", "endpoints of a locality"));

  private UnservedRules() {}

  static void look(String name, Message message, Walk walk) {
    Asked asked = ASKED.get(name);
    if (asked != null && Lints.isOurs((ConfigSource) Values.field(message, asked.field()))) {
      walk.found(
          Rule.UNSERVED_TYPE,
          "found %s to be asked of Lish, which serves none (expected: them within the resource)"
              .formatted(asked.what()),
          asked.field());
    }
  }
}
