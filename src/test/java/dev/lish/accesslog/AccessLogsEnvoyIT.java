package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.lish.testing.Await;
import dev.lish.testing.Bootstraps;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Upstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessLogsEnvoyIT {
  private static final String BOOTSTRAP =
      """
      node: { id: node-1, cluster: edge }
      admin: { address: { socket_address: { address: 127.0.0.1, port_value: 9901 } } }
      overload_manager:
        resource_monitors:
          - name: envoy.resource_monitors.global_downstream_max_connections
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
              max_active_downstream_connections: 1000
      static_resources:
        clusters:
          - name: payments
            type: STATIC
            connect_timeout: 1s
            load_assignment:
              cluster_name: payments
              endpoints:
                - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %1$d } } }
      %2$s
        listeners:
          - name: http
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
              - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: http
                      access_log:
                        - name: envoy.access_loggers.http_grpc
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig
                            common_config: { log_name: ingress, transport_api_version: V3, buffer_flush_interval: 0.1s, grpc_service: { envoy_grpc: { cluster_name: lish } } }
                      route_config:
                        virtual_hosts:
                          - name: all
                            domains: [ "*" ]
                            routes:
                              - { match: { prefix: /gone }, direct_response: { status: 410 } }
                              - { match: { prefix: / }, route: { cluster: payments } }
                      http_filters:
                        - name: envoy.filters.http.router
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          - name: tcp
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
              - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: tcp
                      cluster: payments
                      access_log:
                        - name: envoy.access_loggers.tcp_grpc
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig
                            common_config: { log_name: tunnel, transport_api_version: V3, buffer_flush_interval: 0.1s, grpc_service: { envoy_grpc: { cluster_name: lish } } }
      """;

  private final RawLog raw = RawLog.none();
  private final AccessLogs accessLogs =
      new AccessLogs(AccessLogs.Limits.DEFAULT, Origins.NONE, Clock.systemUTC(), raw);
  private final Server server =
      Server.builder()
          .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .requestTimeoutMillis(0)
          .maxRequestLength(0)
          .service(GrpcService.builder().addService(accessLogs.service()).build())
          .build();

  @BeforeEach
  void start() {
    server.start().join();
  }

  @AfterEach
  void stop() {
    server.stop().join();
    accessLogs.close();
    raw.close();
  }

  private long entries() {
    return accessLogs.view().counts().stream().mapToLong(AccessLogView.Count::entries).sum();
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void requestsAndConnectionsAreCounted(Envoys.Envoy envoy) throws Exception {
    try (Upstream upstream = Upstream.start("payments");
        EnvoyProcess process =
            EnvoyProcess.start(
                    envoy,
                    BOOTSTRAP.formatted(
                        upstream.port(),
                        Bootstraps.http2Cluster("lish", server.activeLocalPort()).stripTrailing()))
                .awaitReady()) {
      String url = "http://127.0.0.1:" + process.listenerPort("http");
      assertThat(Http.get(url + "/").status()).isEqualTo(200);
      assertThat(Http.get(url + "/gone").status()).isEqualTo(410);
      upstream.answerWith(503);
      assertThat(Http.get(url + "/").status()).isEqualTo(503);
      new Socket(InetAddress.getLoopbackAddress(), process.listenerPort("tcp")).close();

      Await.until("all four are counted", () -> entries() == 4);
      assertThat(accessLogs.view().counts())
          .containsExactly(
              new AccessLogView.Count("none", ResponseClass.C4XX, 1),
              new AccessLogView.Count("payments", ResponseClass.C2XX, 1),
              new AccessLogView.Count("payments", ResponseClass.C5XX, 1),
              new AccessLogView.Count("payments", ResponseClass.TCP, 1));
      assertThat(accessLogs.view().logs())
          .extracting(AccessLogView.Log::nodeCluster, AccessLogView.Log::name)
          .containsOnly(tuple("edge", "ingress"), tuple("edge", "tunnel"));
      assertThat(accessLogs.view().received().refused()).isZero();
    }
  }
}
