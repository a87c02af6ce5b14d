package dev.lish.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An in-house registry: one document with an ETag, which a test changes. */
public final class JsonServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** The authorization of each request. */
  public final List<String> credentials = new CopyOnWriteArrayList<>();

  /** The status of each answer. */
  public final List<Integer> statuses = new CopyOnWriteArrayList<>();

  /** What is answered. */
  public volatile String body = "{}";

  /** With which status. */
  public volatile int status = 200;

  /** Whether there is an ETag. */
  public volatile boolean tagged = true;

  /** Starts on a free port. */
  public JsonServer() {
    server = HttpServers.start(0, this::answer, threads);
  }

  /** Of the document; its query is a secret. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/all?key=s3cret");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      credentials.add(String.valueOf(exchange.getRequestHeaders().getFirst("authorization")));
      String text = body;
      String tag = "\"" + Integer.toHexString(text.hashCode()) + "\"";
      boolean same = tag.equals(exchange.getRequestHeaders().getFirst("if-none-match"));
      int answered = status == 200 && same && tagged ? 304 : status;
      statuses.add(answered);
      if (tagged) {
        exchange.getResponseHeaders().set("ETag", tag);
      }
      byte[] bytes = text.getBytes(UTF_8);
      exchange.sendResponseHeaders(answered, answered == 304 ? -1 : bytes.length);
      if (answered != 304) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(bytes);
        }
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
