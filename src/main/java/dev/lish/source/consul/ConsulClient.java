package dev.lish.source.consul;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.source.web.Reply;
import dev.lish.source.web.Web;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/** Asks one agent. Futures never fail: what went wrong is an {@link Answer}. */
final class ConsulClient implements AutoCloseable {
  /** About 15,000 instances. */
  private static final long LONGEST_ANSWER = 32L << 20;

  /** What a request may take beyond the time for which Consul was asked to block. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Web web;
  private final ConsulSettings settings;
  private final Map<String, String> headers;

  ConsulClient(ConsulSettings settings) {
    this.settings = settings;
    web = new Web(settings.address(), settings.access().tls(), LONGEST_ANSWER);
    headers =
        settings.access().token().isAnonymous()
            ? Map.of()
            : Map.of("x-consul-token", settings.access().token().value());
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
    return web.get(target.toString(), headers, timeout)
        .thenApply(
            reply ->
                reply.match(
                    ConsulClient::read,
                    failed -> new Answer.Failed(failed.cause(), failed.noConnection())));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private static Answer read(Reply.Answered reply) {
    if (reply.headers().status().isSuccess()) {
      return new Answer.Found(reply.headers().getLong("x-consul-index", 0), reply.body());
    }
    String cause =
        switch (reply.status()) {
          case 403 -> reply.told() + " (expected: a token that may read services and nodes)";
          case 429 ->
              reply.told()
                  + " (raise limits.http_max_conns_per_client of the agent, or lower connections)";
          default -> reply.told();
        };
    return new Answer.Failed("Consul answers " + cause, false);
  }

  @Override
  public void close() {
    web.close();
  }
}
