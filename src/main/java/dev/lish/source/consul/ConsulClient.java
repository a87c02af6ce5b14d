package dev.lish.source.consul;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Throwables;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WebClientBuilder;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.Exceptions;
import dev.lish.source.consul.ConsulSettings.Tls;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * GET requests to one agent, none of which holds a thread. Futures never fail: what went wrong is
 * an {@link Answer}.
 */
final class ConsulClient implements AutoCloseable {
  /** About 15,000 instances; a longer answer is refused instead of filling the heap. */
  private static final long LONGEST_ANSWER = 32L << 20;

  /** What a request may take beyond the time for which Consul was asked to block. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ClientFactory factory;
  private final WebClient client;
  private final ConsulSettings settings;

  ConsulClient(ConsulSettings settings) {
    this.settings = settings;
    ClientFactoryBuilder builder =
        ClientFactory.builder()
            .connectTimeout(Duration.ofSeconds(3))
            .idleTimeout(Duration.ofSeconds(30));
    Tls tls = settings.access().tls();
    tls.authorities()
        .map(Path::toFile)
        .ifPresent(ca -> builder.tlsCustomizer(ssl -> ssl.trustManager(ca)));
    tls.certificate()
        .ifPresent(
            certificate -> builder.tls(certificate.toFile(), tls.key().orElseThrow().toFile()));
    factory = builder.build();
    WebClientBuilder web =
        WebClient.builder(base(settings.address()))
            .factory(factory)
            .maxResponseLength(LONGEST_ANSWER);
    if (!settings.access().token().isAnonymous()) {
      web.addHeader("X-Consul-Token", settings.access().token().value());
    }
    client = web.build();
  }

  /**
   * Asks.
   *
   * @param path below {@code /v1}, its parts encoded
   * @param parameters as Consul knows them, not encoded
   * @param blocksFor how long Consul may block; zero when it may not
   */
  CompletableFuture<Answer> get(
      String path, SortedMap<String, String> parameters, Duration blocksFor) {
    StringBuilder target = new StringBuilder("/v1").append(path).append('?');
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      target
          .append(parameter.getKey())
          .append('=')
          .append(encode(parameter.getValue()))
          .append('&');
    }
    // A read follows a signal, and a server that lags might not know yet what was signalled.
    boolean stale = settings.stale() && !blocksFor.isZero();
    target.append(stale ? "stale" : "");
    // Consul adds up to a sixteenth to the time that it was asked to block.
    Duration timeout = blocksFor.plus(blocksFor.dividedBy(16)).plus(PATIENCE);
    RequestOptions options = RequestOptions.builder().responseTimeout(timeout).build();
    return client
        .execute(HttpRequest.of(HttpMethod.GET, target.toString()), options)
        .aggregate()
        .handle((response, failure) -> failure == null ? read(response) : failed(failure, timeout));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private static String base(URI address) {
    // Plain HTTP/1: Consul speaks HTTP/2 only over TLS, and the attempt to upgrade costs a round.
    SessionProtocol protocol =
        "https".equals(address.getScheme()) ? SessionProtocol.HTTPS : SessionProtocol.H1C;
    int port = address.getPort() < 0 ? protocol.defaultPort() : address.getPort();
    return protocol.uriText() + "://" + address.getHost() + ":" + port;
  }

  private static Answer read(AggregatedHttpResponse response) {
    if (response.status().isSuccess()) {
      return new Answer.Found(
          response.headers().getLong("x-consul-index", 0),
          UnsafeByteOperations.unsafeWrap(response.content().array()));
    }
    String text = response.contentUtf8().strip();
    String said = response.status().code() + " " + text.substring(0, Math.min(300, text.length()));
    String cause =
        switch (response.status().code()) {
          case 403 -> said + " (expected: a token that may read services and nodes)";
          case 429 ->
              said + " (raise limits.http_max_conns_per_client of the agent, or lower connections)";
          default -> said;
        };
    return new Answer.Failed("Consul answers " + cause, false);
  }

  private Answer failed(Throwable failure, Duration timeout) {
    Throwable cause = Exceptions.peel(failure);
    String address = settings.address().toString();
    if (cause instanceof UnprocessedRequestException && cause.getCause() != null) {
      return new Answer.Failed("no connection to " + address + ": " + say(cause.getCause()), true);
    }
    if (cause instanceof ResponseTimeoutException) {
      return new Answer.Failed(
          "no answer from " + address + " within " + timeout.toSeconds() + " s", false);
    }
    if (cause instanceof ContentTooLargeException) {
      return new Answer.Failed(
          "an answer from " + address + " is longer than " + (LONGEST_ANSWER >> 20) + " MiB",
          false);
    }
    return new Answer.Failed("the connection to " + address + " broke: " + say(cause), false);
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
