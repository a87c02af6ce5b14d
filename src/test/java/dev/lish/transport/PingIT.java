package dev.lish.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.Server;
import io.grpc.ServerCall;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Armeria asks silent connections whether they live, and sees no message that is a frame. */
class PingIT {
  private static final Duration PING = Duration.ofSeconds(1);
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int END_HEADERS = 4;
  private static final int SETTINGS = 4;
  private static final int PING_TYPE = 6;

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] content)
      throws IOException {
    out.writeInt(content.length << 8 | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(content);
    out.flush();
  }

  private static byte[] headers() throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x83); // :method POST (RFC 7541, appendix A)
    block.write(0x86); // :scheme http
    field(block, new byte[] {0x04}, "/test.Service/Stream"); // :path
    field(block, new byte[] {0x01}, "test"); // :authority
    field(block, new byte[] {0x0f, 0x10}, "application/grpc"); // content-type
    return block.toByteArray();
  }

  private static void field(ByteArrayOutputStream block, byte[] name, String value)
      throws IOException {
    block.write(name);
    block.write(value.length());
    block.write(value.getBytes(US_ASCII));
  }

  /** Whether a PING comes in this time. */
  private static boolean pinged(Socket socket, long millis) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    for (; ; ) {
      long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
      if (left <= 0) {
        return false;
      }
      socket.setSoTimeout((int) left);
      int head;
      try {
        head = in.readInt();
      } catch (SocketTimeoutException e) {
        return false;
      }
      in.readNBytes(5 + (head >>> 8));
      if ((head & 0xff) == PING_TYPE) {
        return true;
      }
    }
  }

  @Test
  void whoSendsMessagesLivesAndIsNotAsked() throws Exception {
    Server server =
        BytesService.start(
            1000,
            builder -> builder.idleTimeoutMillis(0).pingInterval(PING),
            call -> new ServerCall.Listener<>() {});
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.activeLocalPort())) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      frame(out, SETTINGS, 0, 0, new byte[0]);
      frame(out, HEADERS, END_HEADERS, 1, headers());
      for (int i = 0; i < 12; i++) {
        frame(out, DATA, 0, 1, new byte[] {0, 0, 0, 0, 0});
        assertThat(pinged(socket, PING.toMillis() / 5)).as("a PING").isFalse();
      }
      assertThat(pinged(socket, 3 * PING.toMillis())).as("a PING of the silent").isTrue();
    } finally {
      var unused = server.stop();
    }
  }
}
