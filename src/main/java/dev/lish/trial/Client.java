package dev.lish.trial;

import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.Http2Client;
import dev.lish.trial.wire.HttpConnection;
import dev.lish.trial.wire.Tls;
import java.io.IOException;
import java.util.Map;

/** Sends the requests of tests, each over a connection of its own. */
final class Client implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Tls tls;
  private final Http2Client http2;

  Client(Tls tls) {
    this.tls = tls;
    this.http2 = new Http2Client(tls, TIMEOUT_MILLIS);
  }

  /**
   * Sends one, and waits for the whole answer.
   *
   * @param port of a listener on this machine
   * @param headers in place of those of the request
   * @throws IOException when there is no answer
   */
  Answer send(Request request, int port, Map<String, String> headers) throws IOException {
    if (request.http2()) {
      return http2.exchange(
          port,
          request.tls(),
          new Http2Client.RequestLine(request.method(), request.path()),
          headers,
          request.body());
    }
    try (HttpConnection connection =
        request.tls().isPresent()
            ? HttpConnection.open(port, TIMEOUT_MILLIS, tls, request.tls().get())
            : HttpConnection.open("127.0.0.1", port, TIMEOUT_MILLIS)) {
      return connection.exchange(request.method() + " " + request.path(), headers, request.body());
    }
  }

  @Override
  public void close() {
    http2.close();
  }
}
