package dev.lish.testing;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/** HTTP servers on loopback. */
final class HttpServers {
  private HttpServers() {}

  /** Starts one that answers every path by the handler; port 0 takes a free one. */
  static HttpServer start(int port, HttpHandler handler, Executor threads) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
      server.createContext("/", handler);
      server.setExecutor(threads);
      server.start();
      return server;
    } catch (IOException e) {
      throw new AssertionError("cannot listen on port " + port, e);
    }
  }
}
