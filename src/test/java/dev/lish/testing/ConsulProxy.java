package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a Consul, and passes requests on, or answers as one in trouble does. */
public final class ConsulProxy implements AutoCloseable {
  /** How it answers. */
  public enum Mode {
    /** As Consul does. */
    PASS,
    /** 500 to everything, as without a leader. */
    FAIL,
    /** Lists without entries, as after data was lost. */
    EMPTY
  }

  private final URI consul;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newBuilder().executor(threads).build();
  private final AtomicInteger troubled = new AtomicInteger();
  private Mode mode = Mode.PASS;
  private CompletableFuture<Mode> changed = new CompletableFuture<>();

  /** Starts on a free port. */
  public ConsulProxy(URI consul) {
    this.consul = consul;
    server = HttpServers.start(0, this::answer, threads);
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** How many answers were not Consul's. */
  public int troubled() {
    return troubled.get();
  }

  /** Answers like this from now on, also those who wait for a change. */
  public void become(Mode next) {
    CompletableFuture<Mode> waiting;
    synchronized (this) {
      mode = next;
      waiting = changed;
      changed = new CompletableFuture<>();
    }
    waiting.complete(next);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Mode now;
      CompletableFuture<Mode> other;
      synchronized (this) {
        now = mode;
        other = changed;
      }
      boolean blocks = exchange.getRequestURI().toString().contains("index=");
      if (now == Mode.PASS) {
        CompletableFuture<HttpResponse<byte[]>> real = forward(exchange.getRequestURI());
        CompletableFuture.anyOf(real, other).exceptionally(failure -> "gone").join();
        if (real.isDone() && !real.isCompletedExceptionally()) {
          HttpResponse<byte[]> response = real.join();
          String index = response.headers().firstValue("x-consul-index").orElse("0");
          reply(exchange, response.statusCode(), index, response.body());
          return;
        }
        real.cancel(true);
      } else if (now == Mode.EMPTY && blocks) {
        other.join();
      }
      troubled.incrementAndGet();
      boolean empty = now == Mode.EMPTY && !blocks;
      String none = exchange.getRequestURI().getPath().contains("/catalog/") ? "{}" : "[]";
      reply(exchange, empty ? 200 : 500, "1", (empty ? none : "No cluster leader").getBytes(UTF_8));
    }
  }

  private CompletableFuture<HttpResponse<byte[]>> forward(URI asked) {
    String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
    return client.sendAsync(
        HttpRequest.newBuilder(consul.resolve(asked.getRawPath() + query)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static void reply(HttpExchange exchange, int status, String index, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("x-consul-index", index);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    become(Mode.FAIL);
    server.stop(0);
    threads.shutdownNow();
  }
}
