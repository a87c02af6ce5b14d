package dev.lish.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.CommonPools;
import dev.lish.testing.Await;
import dev.lish.testing.SampleMesh;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Lish holds of Envoys that stop in the middle of a frame. */
class ConnectionBuffersIT {
  /** The largest frame that a client sends unless it is told otherwise (RFC 9113, 6.5.2). */
  private static final int FRAME = 16 << 10;

  /** Half a frame is left; it came with up to as much again, and sizes of buffers are rounded. */
  private static final long MOST_PER_CONNECTION = 40 << 10;

  @TempDir Path folder;

  @Test
  void connectionsInTheMiddleOfAFrameHoldLittleMoreThanIt() throws Exception {
    int connections = 50;
    int messages = 19;
    List<Socket> sockets = new ArrayList<>();
    try (LishServer lish =
        LishServer.start(folder.resolve("lish"), SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3))
            .awaitReady()) {
      for (int i = 0; i < connections; i++) {
        sockets.add(open(lish.xdsPort()));
      }
      long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
      byte[] burst = burst(messages);
      CountDownLatch written = new CountDownLatch(1);
      CommonPools.workerGroup().forEach(loop -> loop.execute(() -> await(written)));
      for (Socket socket : sockets) {
        socket.getOutputStream().write(burst);
      }
      written.countDown();
      Await.until(
          "all whole frames are read",
          () -> lish.get("/access-logs").path("messages").asInt() == connections * messages);
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before)
          .isLessThan(connections * MOST_PER_CONNECTION);
      assertThat(lish.get("/access-logs").path("refused").asInt()).isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Socket open(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    OutputStream out = socket.getOutputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    out.write(frame(4, 0, 0, new byte[0]));
    ByteBuffer headers = ByteBuffer.allocate(512);
    literal(headers, ":method", "POST");
    literal(headers, ":scheme", "http");
    literal(headers, ":path", "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs");
    literal(headers, ":authority", "lish");
    literal(headers, "content-type", "application/grpc");
    literal(headers, "te", "trailers");
    byte[] block = new byte[headers.flip().remaining()];
    headers.get(block);
    out.write(frame(1, 4, 1, block));
    return socket;
  }

  /** Literal header field without indexing, no Huffman coding (RFC 7541, 6.2.2). */
  private static void literal(ByteBuffer to, String name, String value) {
    to.put((byte) 0).put((byte) name.length()).put(name.getBytes(US_ASCII));
    to.put((byte) value.length()).put(value.getBytes(US_ASCII));
  }

  /** RFC 9113, 4.1. */
  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putShort((short) (payload.length >> 8))
        .put((byte) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /**
   * Messages of a whole DATA frame and a small one, which have only a field that nobody knows; then
   * half a frame.
   */
  private static byte[] burst(int messages) {
    byte[] message = message(FRAME + 200);
    byte[] large = frame(0, 0, 1, Arrays.copyOf(message, FRAME));
    byte[] small = frame(0, 0, 1, Arrays.copyOfRange(message, FRAME, message.length));
    ByteBuffer all =
        ByteBuffer.allocate(messages * (large.length + small.length) + large.length / 2);
    for (int i = 0; i < messages; i++) {
      all.put(large).put(small);
    }
    return all.put(large, 0, large.length / 2).array();
  }

  /** A message of gRPC with its head of 5 bytes. */
  private static byte[] message(int bytes) {
    int length = bytes - 5 - 4;
    return ByteBuffer.allocate(bytes)
        .put((byte) 0)
        .putInt(bytes - 5)
        .put((byte) ((15 << 3) | 2))
        .put((byte) ((length & 0x7f) | 0x80))
        .put((byte) ((length >> 7 & 0x7f) | 0x80))
        .put((byte) (length >> 14))
        .array();
  }
}
