package dev.lish.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a local port that a test can cut: connections end at once, new ones too. */
public final class Wire implements AutoCloseable {
  private final int to;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  private Wire(int to, ServerSocket server) {
    this.to = to;
    this.server = server;
  }

  /** A way to this port. */
  public static Wire to(int port) {
    try {
      Wire wire = new Wire(port, new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
      wire.thread(wire::accept);
      return wire;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the way begins. */
  public int port() {
    return server.getLocalPort();
  }

  /** Ends all connections, and each new one. */
  public void cut() {
    cut = true;
    sockets.forEach(Wire::end);
  }

  /** Lets new connections through again. */
  public void mend() {
    cut = false;
  }

  @Override
  public void close() {
    cut();
    end(server);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        if (cut) {
          end(near);
          continue;
        }
        Socket far = new Socket(InetAddress.getLoopbackAddress(), to);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.add(far);
        thread(() -> pump(near, far));
        thread(() -> pump(far, near));
        if (cut) {
          end(far);
        }
      } catch (IOException closed) {
        // The test ends, or the far side is not there: the connection ends.
      }
    }
  }

  private void pump(Socket from, Socket into) {
    try (InputStream in = from.getInputStream()) {
      in.transferTo(into.getOutputStream());
    } catch (IOException over) {
      // One side ended.
    } finally {
      end(from);
      end(into);
      sockets.remove(from);
      sockets.remove(into);
    }
  }

  private void thread(Runnable task) {
    Thread thread = new Thread(task, "wire-" + to);
    thread.setDaemon(true);
    thread.start();
  }

  private static void end(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception gone) {
      // It is closed.
    }
  }
}
