package dev.lish.source.web;

import com.google.common.base.Throwables;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.Exceptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * GET requests to one host, none of which holds a thread. Futures never fail: what went wrong is a
 * {@link Reply}.
 */
public final class Web implements AutoCloseable {
  private final ClientFactory factory;
  private final WebClient client;
  private final String address;
  private final long longestAnswer;

  /**
   * Connects to nothing yet.
   *
   * @param address scheme, host and port; what follows is not used
   * @param longestAnswer in bytes; a longer one is refused instead of filling the heap
   */
  public Web(URI address, Tls tls, long longestAnswer) {
    this.longestAnswer = longestAnswer;
    ClientFactoryBuilder builder =
        ClientFactory.builder()
            .connectTimeout(Duration.ofSeconds(3))
            .idleTimeout(Duration.ofSeconds(30));
    tls.authorities()
        .map(Path::toFile)
        .ifPresent(ca -> builder.tlsCustomizer(ssl -> ssl.trustManager(ca)));
    tls.certificate()
        .ifPresent(
            certificate -> builder.tls(certificate.toFile(), tls.key().orElseThrow().toFile()));
    factory = builder.build();
    // Plain HTTP/1 in cleartext: the attempt to upgrade costs a round, and few servers know it.
    SessionProtocol protocol =
        "https".equals(address.getScheme()) ? SessionProtocol.HTTPS : SessionProtocol.H1C;
    int port = address.getPort() < 0 ? protocol.defaultPort() : address.getPort();
    this.address = address.getScheme() + "://" + address.getHost() + ":" + port;
    client =
        WebClient.builder(protocol.uriText() + "://" + address.getHost() + ":" + port)
            .factory(factory)
            .maxResponseLength(longestAnswer)
            .build();
  }

  /**
   * Asks.
   *
   * @param target path and query, encoded
   * @param timeout until the whole answer is there
   */
  public CompletableFuture<Reply> get(
      String target, Map<String, String> headers, Duration timeout) {
    RequestHeadersBuilder request = RequestHeaders.builder(HttpMethod.GET, target);
    headers.forEach(request::set);
    RequestOptions options = RequestOptions.builder().responseTimeout(timeout).build();
    return client
        .execute(HttpRequest.of(request.build()), options)
        .aggregate()
        .handle((response, failure) -> failure == null ? read(response) : failed(failure, timeout));
  }

  private static Reply read(AggregatedHttpResponse response) {
    return new Reply.Answered(
        response.headers(), UnsafeByteOperations.unsafeWrap(response.content().array()));
  }

  private Reply failed(Throwable failure, Duration timeout) {
    Throwable cause = Exceptions.peel(failure);
    if (cause instanceof UnprocessedRequestException && cause.getCause() != null) {
      return new Reply.Failed("no connection to " + address + ": " + say(cause.getCause()), true);
    }
    if (cause instanceof ResponseTimeoutException) {
      String limit = timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : "" + timeout;
      return new Reply.Failed("no answer from " + address + " within " + limit, false);
    }
    if (cause instanceof ContentTooLargeException) {
      return new Reply.Failed(
          "an answer from " + address + " is longer than " + size(longestAnswer), false);
    }
    return new Reply.Failed("the connection to " + address + " broke: " + say(cause), false);
  }

  private static String size(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : bytes + " bytes";
  }

  /** The last cause says most: those around it say that TLS has a problem, or a connection. */
  private static String say(Throwable failure) {
    Throwable last = Throwables.getRootCause(failure);
    String message = last.getMessage();
    return message == null ? last.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    CompletableFuture<?> unused = factory.closeAsync();
  }
}
