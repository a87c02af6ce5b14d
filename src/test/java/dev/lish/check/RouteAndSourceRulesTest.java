package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As {@link CheckRulesTest}: routes that are never taken, and what no Envoy gets or survives. */
class RouteAndSourceRulesTest {
  private static void check(Folder folder) {
    assertThat(folder.told()).isEqualTo(folder.marked());
  }

  /** Envoy wants a regex to match the whole path, without its query. */
  @Test
  void routesBehindARegexAreNeverTaken() {
    check(
        new Folder()
            .with("all/clusters/a.yaml", "name: a")
            .with(
                "all/routes/r.yaml",
                """
                name: r
                virtual_hosts:
                  - name: v
                    domains: [ "*" ]
                    routes:
                      - { match: { prefix: /p/ }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/p/v[0-9]+/.*" } }, route: { cluster: a } } #! unreachable-route
                      - { match: { safe_regex: { regex: "/p/?.*" } }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/p/a|/q" } }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/(x|y)/.*" } }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "^/a/.*$" } }, route: { cluster: a } }
                      - { match: { path: /a/b }, route: { cluster: a } } #! unreachable-route
                      - { match: { prefix: /a }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/b(/.*)?" } }, route: { cluster: a } }
                      - { match: { path_separated_prefix: /b }, route: { cluster: a } } #! unreachable-route
                      - { match: { path: /bc }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: '/d\\.html' } }, route: { cluster: a } }
                      - { match: { path: /d.html }, route: { cluster: a } } #! unreachable-route
                      - { match: { path: /dxhtml }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/e.html" } }, route: { cluster: a } }
                      - { match: { path: /exhtml }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: "/.+" } }, route: { cluster: a } }
                      - { match: { path: / }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: ".+" }, headers: [ { name: x, present_match: true } ] }, route: { cluster: a } }
                      - { match: { prefix: /f }, route: { cluster: a } }
                      - { match: { safe_regex: { regex: ".*" } }, route: { cluster: a } }
                      - { match: { prefix: / }, route: { cluster: a } } #! unreachable-route
                      - { match: { prefix: /G, case_sensitive: false }, route: { cluster: a } } #! unreachable-route
                      - { match: { connect_matcher: {} }, route: { cluster: a } }
                """));
  }

  /** Real Envoys 1.36 and 1.40 abort, so it is no case of the corpus. */
  @Test
  void aHealthCheckOverHttp3CrashesEnvoys() {
    check(
        new Folder()
            .with(
                "all/clusters/a.yaml",
                """
                name: a
                ignore_health_on_host_removal: true
                health_checks:
                  - timeout: 1s
                    interval: 1s
                    unhealthy_threshold: 1
                    healthy_threshold: 1
                    http_health_check:
                      path: /
                      codec_client_type: HTTP3 #! bad-setting
                """));
  }

  /** Real Envoys 1.36 and 1.40 crash. */
  @Test
  void anAdditionalAddressWithoutAddressCrashesEnvoys() {
    check(
        new Folder()
            .with(
                "all/listeners/l.yaml",
                """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
                additional_addresses:
                  - {} #! listener-kind
                filter_chains: [ {} ]
                """));
  }

  /** {@code lish bootstrap} prints none, and without it Envoys refuse the listener. */
  @Test
  void anInternalListenerIsOneOfTheBootstrapsExtensions() {
    String listener = "name: l\nfilter_chains: [ {} ]\ninternal_listener: {}";
    check(new Folder().with("all/listeners/l.yaml", listener + " #! listener-kind\n"));
    check(
        new Folder()
            .with("all/listeners/l.yaml", listener)
            .with(
                "checks.yaml",
                "bootstrap: { extensions: [ envoy.bootstrap.internal_listener ] }\n"));
  }

  @Test
  void whatLishDoesNotServeIsNotAskedOfIt() {
    check(
        new Folder()
            .with(
                "all/routes/r.yaml",
                """
                name: r
                vhds:
                  config_source: { ads: {}, resource_api_version: V3 } #! unserved-type
                """)
            .with(
                "all/endpoints/e.yaml",
                """
                cluster_name: e
                endpoints:
                  - leds_cluster_locality_config:
                      leds_collection_name: xdstp://a/b
                      leds_config: { ads: {}, resource_api_version: V3 } #! unserved-type
                """)
            .with(
                "all/listeners/l.yaml",
                """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
                filter_chains:
                  - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: x
                          scoped_routes:
                            name: s
                            scope_key_builder: { fragments: [ { header_value_extractor: { name: x, index: 0, element_separator: "," } } ] }
                            rds_config_source: { ads: {}, resource_api_version: V3 }
                            scoped_rds:
                              scoped_rds_config_source: { ads: {}, resource_api_version: V3 } #! unserved-type
                          http_filters:
                            - name: router
                              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                ---
                name: m
                address: { socket_address: { address: 127.0.0.1, port_value: 81 } }
                filter_chains:
                  - filters:
                      - name: thrift
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.thrift_proxy.v3.ThriftProxy
                          stat_prefix: x
                          trds:
                            route_config_name: t
                            config_source: { ads: {}, resource_api_version: V3 } #! unserved-type
                """));
  }
}
