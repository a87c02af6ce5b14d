package dev.lish.testing;

import dev.lish.trial.wire.HttpConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One HTTP request at a time, each on a connection of its own, without retries. */
public final class Http {
  private static final int TIMEOUT_MILLIS = 10_000;

  private Http() {}

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param headers last value of each; names compare without case
   * @param body as text
   */
  public record Answer(int status, Map<String, String> headers, String body) {
    static Answer of(dev.lish.trial.wire.Answer answer) {
      return new Answer(answer.status(), answer.headers(), answer.body());
    }

    /** A header's value, or an empty text. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** GET, with headers as pairs of name and value, {@code Host} too. */
  public static Answer get(String url, String... headers) {
    return send("GET", url, "", headers);
  }

  /** Any method, with a body unless it is empty, and headers as pairs of name and value. */
  public static Answer send(String method, String url, String body, String... headers) {
    URI uri = URI.create(url);
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("host", uri.getRawAuthority());
    all.put("connection", "close");
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    String query = Optional.ofNullable(uri.getRawQuery()).map(q -> "?" + q).orElse("");
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    try (HttpConnection connection =
        HttpConnection.open(uri.getHost(), uri.getPort(), TIMEOUT_MILLIS)) {
      return Answer.of(connection.exchange(method + " " + path + query, all, body));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + url, e);
    }
  }
}
