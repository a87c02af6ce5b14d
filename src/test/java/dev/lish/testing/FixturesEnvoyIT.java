package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FixturesEnvoyIT {
  private static final String BOOTSTRAP =
      """
      node: { id: node-1, cluster: edge-1 }
      admin: { address: { socket_address: { address: 127.0.0.1, port_value: 9901 } } }
      layered_runtime:
        layers:
          - { name: static, static_layer: { routing.traffic.a: 25 } }
      overload_manager:
        resource_monitors:
          - name: envoy.resource_monitors.global_downstream_max_connections
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
              max_active_downstream_connections: 1000
      static_resources:
        clusters:
          - name: a
            type: STATIC
            connect_timeout: 1s
            load_assignment:
              cluster_name: a
              endpoints:
                - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        listeners:
          - name: main
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
              - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: main
                      route_config:
                        virtual_hosts:
                          - name: all
                            domains: [ "*" ]
                            routes: [ { match: { prefix: / }, route: { cluster: a } } ]
                      http_filters:
                        - name: envoy.filters.http.router
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
      """;

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void envoyStartsOnFreePortsAndIsAskedThroughItsAdminInterface(Envoys.Envoy envoy) {
    long pid;
    try (Upstream upstream = Upstream.start("a");
        EnvoyProcess process =
            EnvoyProcess.start(envoy, BOOTSTRAP.formatted(upstream.port())).awaitReady()) {
      pid = process.pid();
      assertThat(process.admin()).doesNotEndWith(":9901");
      int port = process.listenerPort("main");
      try (Load load = Load.start(port, "/", 200, 2)) {
        load.awaitMore(20);
        load.stop().assertNoneLost();
      }

      assertThat(upstream.requests()).isGreaterThanOrEqualTo(20);
      assertThat(process.hosts("a")).containsExactly("127.0.0.1:" + upstream.port());
      assertThat(process.hosts("b")).isEmpty();
      assertThat(process.stat("cluster.a.upstream_rq_total").orElse(0))
          .isEqualTo(upstream.requests());
      assertThat(process.stat("no.such.stat")).isEmpty();
      assertThat(process.runtime("routing.traffic.a")).hasValue("25");
      assertThat(process.runtime("routing.traffic.b")).isEmpty();
      assertThat(process.configDump().toString()).contains("edge-1");
      process.log().assertNoWarnings();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void warningsInTheLogFailTheTestThatDoesNotNameThem() {
    String unlimited =
        BOOTSTRAP.formatted(1).replaceAll("(?s)overload_manager.*(?=static_res)", "");
    try (EnvoyProcess process = EnvoyProcess.start(Envoys.newest(), unlimited).awaitReady()) {
      assertThatThrownBy(() -> process.log().assertNoWarnings())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("no configured limit");
      process.log().assertNoWarnings("no configured limit");
    }
  }

  @Test
  void refusedBootstrapFailsWithEnvoysOwnWords() {
    try (EnvoyProcess process = EnvoyProcess.start(Envoys.newest(), "no_such_field: 1\n")) {
      assertThatThrownBy(process::awaitReady)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("no_such_field");
    }
  }
}
