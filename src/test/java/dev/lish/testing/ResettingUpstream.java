package dev.lish.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that reads the start of a request and then cuts the connection. */
public final class ResettingUpstream implements AutoCloseable {
  private final ServerSocket server;

  private ResettingUpstream(ServerSocket server) {
    this.server = server;
  }

  /** Starts it on a free port. */
  public static ResettingUpstream start() throws IOException {
    ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    ResettingUpstream upstream = new ResettingUpstream(socket);
    Thread thread = new Thread(upstream::run, "resetting-upstream");
    thread.setDaemon(true);
    thread.start();
    return upstream;
  }

  private void run() {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.setSoTimeout(5_000);
        client.getInputStream().read();
        // No farewell: the peer sees a reset.
        client.setSoLinger(true, 0);
      } catch (IOException e) {
        // The peer was faster, or this one is being closed.
        assert e != null;
      }
    }
  }

  /** The loopback port on which it listens. */
  public int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
