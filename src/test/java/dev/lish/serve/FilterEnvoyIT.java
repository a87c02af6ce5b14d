package dev.lish.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Ports;
import dev.lish.testing.Recorder;
import dev.lish.testing.Upstream;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A filter whose configuration comes by itself, and a listener that does without it. */
class FilterEnvoyIT {
  private static final XdsLimits LIMITS =
      XdsLimits.DEFAULT.withWaits(
          Duration.ofSeconds(30), Duration.ofSeconds(4), Duration.ofMillis(300));

  private static Mesh mesh(Upstream upstream) {
    return Mesh.empty().cluster("a", 1).assignment("a", upstream.port()).route("main", "a");
  }

  private static TypedExtensionConfig buffer() {
    return TypedExtensionConfig.newBuilder()
        .setName("buffer")
        .setTypedConfig(
            Any.pack(Buffer.newBuilder().setMaxRequestBytes(UInt32Value.of(1_000)).build()))
        .build();
  }

  /**
   * In delta only: in state of the world nobody can be told that it is gone. What comes of it when
   * it is told while the connection lives is seen at the end.
   */
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void connectionToTheOldListenerKeepsItsFilterForTheDrainTime(Envoys.Envoy envoy)
      throws IOException {
    Recorder recorder = new Recorder();
    int port = Ports.free();
    try (Upstream upstream = Upstream.start("one");
        Server server = new Server(LIMITS, recorder)) {
      server.publish(
          mesh(upstream)
              .filteredListener("front", port, "main", "buffer")
              .with(ResourceType.EXTENSION, "buffer", buffer()));
      try (EnvoyProcess process =
          EnvoyProcess.start(
              envoy, XdsEnvoyIT.bootstrap(true, server), "--drain-strategy", "gradual")) {
        process.awaitReady();
        XdsEnvoyIT.awaitSynced(server);
        try (Kept connection = new Kept(port)) {
          assertThat(connection.get()).isEqualTo(200);
          long before = System.nanoTime();
          server.publish(mesh(upstream).listener("front", port, "main").revision(2));
          Await.until(
              "the listener is replaced, and no removal is told",
              () -> {
                assertThat(connection.get()).isEqualTo(200);
                return System.nanoTime() - before > Duration.ofSeconds(2).toNanos();
              });
          assertThat(recorder.responses("envoy-1", ResourceType.LISTENER)).hasSize(2);
          assertThat(recorder.responses("envoy-1", ResourceType.EXTENSION)).hasSize(1);
          XdsEnvoyIT.awaitSynced(server);
          assertThat(recorder.responses("envoy-1", ResourceType.EXTENSION)).hasSize(2);
          Await.until("the filter is missing", () -> connection.get() == 500);
        }
      }
    }
    recorder.assertClean();
  }

  /** One connection, for one request after the other. */
  private static final class Kept implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Kept(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(10_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    /** The status of the answer. */
    int get() throws IOException {
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      String status = line();
      int length = 0;
      for (String header = line(); !header.isEmpty(); header = line()) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
      }
      for (int i = 0; i < length; i++) {
        assertThat(in.read()).isNotNegative();
      }
      return Integer.parseInt(status.split(" ", -1)[1]);
    }

    private String line() throws IOException {
      String line = in.readLine();
      assertThat(line).as("the connection is open").isNotNull();
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
