package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A tiny HTTP service: it answers its name and, line by line, the headers it got, and can be told
 * to fail or to be slow. The JDK's server, since it stops at once, with all its connections.
 */
public final class Upstream implements AutoCloseable {
  /** The answer's header that carries the name. */
  public static final String NAME_HEADER = "x-upstream";

  static {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Only Envoy closes connections, so no request is lost to a race between the two.
    System.setProperty("sun.net.httpserver.idleInterval", "3600");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
  }

  private final String name;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong requests = new AtomicLong();
  private volatile int status = 200;
  private volatile Duration delay = Duration.ZERO;

  private Upstream(String name, int port) {
    this.name = name;
    server = HttpServers.start(port, this::answer, threads);
  }

  /** Starts it on a free port. */
  public static Upstream start(String name) {
    return start(name, 0);
  }

  /** Starts it on this port. */
  public static Upstream start(String name, int port) {
    return new Upstream(name, port);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** The loopback port on which it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** From now on every answer, to health checks too, has this status. */
  public void answerWith(int newStatus) {
    status = newStatus;
  }

  /** From now on every answer comes so late. */
  public void delayBy(Duration newDelay) {
    delay = newDelay;
  }

  /** How many requests it got, without those for {@code /healthz}. */
  public long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().equals("/healthz")) {
      requests.incrementAndGet();
    }
    long until = System.nanoTime() + delay.toNanos();
    for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    StringBuilder text = new StringBuilder(name).append('\n');
    exchange
        .getRequestHeaders()
        .forEach(
            (key, values) ->
                values.forEach(value -> text.append(key).append(": ").append(value).append('\n')));
    byte[] body = text.toString().getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/plain; charset=utf-8");
    exchange.getResponseHeaders().set(NAME_HEADER, name);
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
