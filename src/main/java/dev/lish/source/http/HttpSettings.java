package dev.lish.source.http;

import dev.lish.source.web.Tls;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * One in-house registry.
 *
 * @param name what discovery names start with
 * @param url of the JSON document
 * @param header sent with each request
 * @param tls only with {@code https}
 * @param limits how often it is asked, and what it may take
 * @param mapping where in the document things are
 */
public record HttpSettings(
    String name, URI url, Optional<Header> header, Tls tls, Limits limits, Mapping mapping) {
  /** Checks the address. */
  public HttpSettings {
    String scheme = url.getScheme();
    if (!("http".equals(scheme) || "https".equals(scheme))
        || url.getHost() == null
        || url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "url: " + url + " (expected: http(s)://HOST[:PORT]/PATH without user and password)");
    }
  }

  /** No header, the platform's authorities, default limits. */
  public static HttpSettings of(String name, URI url, Mapping mapping) {
    return new HttpSettings(name, url, Optional.empty(), Tls.PLATFORM, Limits.DEFAULT, mapping);
  }

  /** The same with these limits. */
  public HttpSettings withLimits(Limits other) {
    return new HttpSettings(name, url, header, tls, other, mapping);
  }

  /** The same with this header and TLS. */
  public HttpSettings withAccess(Optional<Header> other, Tls otherTls) {
    return new HttpSettings(name, url, other, otherTls, limits, mapping);
  }

  /**
   * A header; its value is read before each request, so that a changed file counts.
   *
   * @param name as {@code authorization}
   * @param value a secret
   */
  public record Header(String name, Credential value) {}

  /** A secret that may change. */
  @FunctionalInterface
  public interface Credential {
    /** What it is now; the exception says where it was looked for, never what it is. */
    String read() throws IOException;
  }

  /**
   * How often the registry is asked, and what it may take.
   *
   * @param every from one answer to the next request
   * @param timeout until a whole answer is there
   * @param longestAnswer in bytes
   */
  public record Limits(Duration every, Duration timeout, long longestAnswer) {
    /** Every 5 s, 10 s for an answer of up to 16 MiB. */
    public static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(5), Duration.ofSeconds(10), 16L << 20);

    /** Checks that all are positive. */
    public Limits {
      if (every.toMillis() < 1 || timeout.toMillis() < 1 || longestAnswer < 1) {
        throw new IllegalArgumentException(
            every + ", " + timeout + ", " + longestAnswer + " (expected: above 0)");
      }
    }
  }
}
