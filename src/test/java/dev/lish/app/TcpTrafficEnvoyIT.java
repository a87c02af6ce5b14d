package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections through TCP proxies of a real Envoy, counted as the client counted them. */
class TcpTrafficEnvoyIT {
  private static final String LISTENER =
      """
      name: %1$s
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.tcp_proxy
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                stat_prefix: %1$s
                cluster: %2$s
                access_log:
                  - name: envoy.access_loggers.tcp_grpc
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig
                      common_config:
                        log_name: %1$s
                        transport_api_version: V3
                        buffer_flush_interval: 0.2s
                        grpc_service: { envoy_grpc: { cluster_name: lish_access_log } }
      """;

  private static final String CLUSTER =
      """
      name: %1$s
      type: STATIC
      connect_timeout: 1s
      load_assignment: { cluster_name: %1$s, endpoints: [ { lb_endpoints: [ %2$s ] } ] }
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void connectionsAndBytesEqualWhatTheClientCounted(Envoys.Envoy binary) throws IOException {
    try (Upstream db = Upstream.start("db");
        MeshFixture mesh = MeshFixture.start(folder, false)) {
      String host =
          "{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } }";
      write(mesh, "edge/clusters/db.yaml", CLUSTER.formatted("db", host.formatted(db.port())));
      write(mesh, "edge/clusters/gone.yaml", CLUSTER.formatted("gone", ""));
      write(mesh, "edge/listeners/to-db.yaml", LISTENER.formatted("to-db", "db"));
      write(mesh, "edge/listeners/to-gone.yaml", LISTENER.formatted("to-gone", "gone"));
      mesh.lish.awaitServing("release", mesh.lish.push("Two TCP proxies"));
      EnvoyProcess envoy = mesh.edge(binary);

      long sent = 0;
      long received = 0;
      int to = envoy.listenerPort("to-db");
      for (int i = 0; i < 100; i++) {
        String request =
            "GET /%s HTTP/1.1\r\nhost: db\r\nconnection: close\r\n\r\n".formatted("x".repeat(i));
        sent += request.length();
        received += exchange(to, request);
      }
      int gone = envoy.listenerPort("to-gone");
      for (int i = 0; i < 30; i++) {
        assertThat(exchange(gone, "")).isZero();
      }

      Await.until("all have come", () -> total(mesh, "requests_total", "") == 130);
      assertThat(total(mesh, "requests_total", "cluster=\"db\",failure=\"none\"")).isEqualTo(100);
      assertThat(total(mesh, "received_bytes_total", "cluster=\"db\"")).isEqualTo(sent);
      assertThat(total(mesh, "sent_bytes_total", "cluster=\"db\"")).isEqualTo(received);
      // No host took them, so Envoy names no cluster.
      assertThat(total(mesh, "requests_total", "cluster=\"gone\",failure=\"unreachable\""))
          .isEqualTo(30);
      // What docs/access-logs.md says of gaps: this stat is of HTTP alone.
      assertThat(envoy.stat("access_logs.grpc_access_log.logs_written").orElse(0)).isZero();
    }
  }

  private static void write(MeshFixture mesh, String path, String text) throws IOException {
    Path file = mesh.lish.mesh().resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Bytes that came until the other side closed. */
  private static long exchange(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return socket.getInputStream().readAllBytes().length;
    }
  }

  private static long total(MeshFixture mesh, String name, String labels) {
    List<String> lines = Http.get(mesh.lish.url("/metrics")).body().lines().toList();
    return lines.stream()
        .filter(line -> line.startsWith("lish_traffic_" + name + "{") && line.contains(labels))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
