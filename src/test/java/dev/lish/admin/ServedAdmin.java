package dev.lish.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.lish.accesslog.RawLog;
import dev.lish.model.Revision;
import dev.lish.pipeline.Operations;
import dev.lish.render.Bootstrap;
import dev.lish.source.Commit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The API over {@link Fixture}, as on loopback and as off it, for the tests of one class. */
final class ServedAdmin implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final RawLog RAW = RawLog.none();

  /** Reasons for not being ready; cleared before each test. */
  final List<String> notReady = new CopyOnWriteArrayList<>();

  private volatile Fixture.Recorded operations = answering(new Commit.Done(new Revision(8)));
  private final Server loopback = server(true);
  private final Server open = server(false);

  private static Fixture.Recorded answering(Commit commit) {
    return new Fixture.Recorded(CompletableFuture.completedFuture(commit));
  }

  private Server server(boolean onLoopback) {
    Operations latest = Fixture.latest(() -> operations);
    Admin admin =
        new Admin(
            new Reads(
                () -> Fixture.view(notReady),
                Fixture::nodes,
                Fixture::accessLogs,
                Fixture::traffic,
                RAW),
            new Texts(
                accept -> new Texts.Page("text/plain; version=0.0.4", "lish_ready 1\n"),
                resource -> "{\"name\": \"" + resource.name() + "\"}",
                options -> Bootstrap.parse(options).yaml()),
            latest,
            new Doors(Fixture.TOKEN, onLoopback, Set.of("lish.internal")),
            new About("0.1.0", "replica-1", Fixture.clock()));
    ServerBuilder builder =
        Server.builder().http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    admin.addTo(builder);
    return builder.build();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    CompletableFuture.allOf(loopback.start(), open.start()).join();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    notReady.clear();
    answer(new Commit.Done(new Revision(8)));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    CompletableFuture.allOf(loopback.stop(), open.stop()).join();
  }

  /** Every command ends like this from now on. */
  void answer(Commit commit) {
    operations = answering(commit);
  }

  /** Every command fails like this from now on. */
  void fail(RuntimeException cause) {
    operations = new Fixture.Recorded(CompletableFuture.failedFuture(cause));
  }

  /** The commands that were passed on. */
  List<String> calls() {
    return operations.calls;
  }

  /** A client of the server that thinks it is on loopback, or off it. */
  BlockingWebClient client(boolean onLoopback) {
    int port = (onLoopback ? loopback : open).activeLocalPort();
    return WebClient.of("http://127.0.0.1:" + port).blocking();
  }

  AggregatedHttpResponse get(String path) {
    return client(true).get(path);
  }

  /** POST with the token, by yuki. */
  AggregatedHttpResponse post(String path, String body) {
    return client(true)
        .execute(
            RequestHeaders.of(
                HttpMethod.POST,
                path,
                "authorization",
                "Bearer " + Fixture.TOKEN,
                "x-lish-user",
                "yuki"),
            body);
  }

  /** The patterns of all paths below {@code /api}. */
  Set<String> paths() {
    return loopback.config().serviceConfigs().stream()
        .map(config -> config.route().patternString())
        .filter(pattern -> pattern.startsWith("/api/v1/"))
        .collect(Collectors.toSet());
  }

  static JsonNode json(AggregatedHttpResponse response) {
    return Json.tree(response.contentUtf8());
  }
}
