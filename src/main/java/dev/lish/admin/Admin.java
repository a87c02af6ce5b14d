package dev.lish.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.EncodingService;
import dev.lish.pipeline.Operations;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP API and the web page; {@code docs/api.md} describes every endpoint. */
public final class Admin {
  private static final Logger LOG = LoggerFactory.getLogger(Admin.class);
  private static final String API = "/api/v1/";

  /** A mesh folder as base64; Central Dogma takes far less in one commit. */
  private static final long MAX_PUSH_BYTES = 64L << 20;

  private static final long MAX_COMMAND_BYTES = 64L << 10;

  /** A push is checked whole before it is committed. */
  private static final long COMMAND_MILLIS = 60_000;

  private static final int LONGEST_USER = 100;

  /** Many series are megabytes of text that repeats itself. */
  private static final Function<? super HttpService, EncodingService> COMPRESSED =
      EncodingService.builder()
          .encodableContentTypes(type -> true)
          .minBytesToForceChunkedEncoding(1)
          .newDecorator();

  private final Reads reads;
  private final Texts texts;
  private final Commands commands;
  private final MeshFiles files;
  private final CatalogPage catalogs;
  private final Gate gate;
  private final ReadPages pages;
  private final LogLevels logLevels = new LogLevels();
  private final WebPage webPage = WebPage.read();

  /** An answer that is made at once. */
  private interface Page {
    Reply answer(ServiceRequestContext ctx);
  }

  /**
   * An API over these parts.
   *
   * @param reads where pages look
   * @param texts what others print
   * @param operations where commands go
   * @param doors who may come in
   * @param about this process
   */
  public Admin(Reads reads, Texts texts, Operations operations, Doors doors, About about) {
    this.reads = reads;
    this.texts = texts;
    this.commands = new Commands(operations);
    this.files = new MeshFiles(operations);
    this.catalogs = new CatalogPage(operations);
    this.gate = new Gate(doors);
    this.pages = new ReadPages(reads, texts.json(), about);
  }

  /** Adds all services to the server. */
  public void addTo(ServerBuilder server) {
    server.service("/", (ctx, request) -> home(request));
    server.service("/healthz", page(Gate.Access.OPEN, ctx -> Reply.text(HttpStatus.OK, "ok\n")));
    server.service("/readyz", page(Gate.Access.OPEN, this::readyz));
    server.service("/metrics", page(Gate.Access.READ, this::metrics).decorate(COMPRESSED));
    readPages()
        .forEach((path, page) -> server.route().get(path).build(page(Gate.Access.READ, page)));
    server.route().post(API + "log-level").build(page(Gate.Access.CHANGE, logLevels::set));
    commands
        .all()
        .forEach(
            (path, command) ->
                server
                    .route()
                    .post(API + path)
                    .maxRequestLength(path.equals("push") ? MAX_PUSH_BYTES : MAX_COMMAND_BYTES)
                    .requestTimeoutMillis(COMMAND_MILLIS)
                    .build((ctx, request) -> change(ctx, request, command)));
    LogsPage logs = new LogsPage(reads.raw());
    server
        .route()
        .get(API + "logs")
        .build(
            (ctx, request) ->
                gate.refuse(request.headers(), Gate.Access.READ)
                    .map(Reply::toResponse)
                    .orElseGet(() -> logs.follow(ctx)));
    server.serviceUnder("/api/", page(Gate.Access.OPEN, Admin::unknown));
  }

  private Map<String, Page> readPages() {
    Map<String, Page> all = new TreeMap<>();
    all.put(API + "status", pages::status);
    all.put(API + "nodes", pages::nodes);
    all.put(API + "nodes/{*id}", pages::node);
    all.put(API + "snapshots/{stage}/{group}", pages::snapshot);
    all.put(API + "mesh/{revision}", files::get);
    all.put(API + "catalogs", catalogs::get);
    all.put(API + "problems", pages::problems);
    all.put(API + "sources", pages::sources);
    all.put(API + "delivery", pages::delivery);
    all.put(API + "drains", pages::drains);
    all.put(API + "guard", pages::guard);
    all.put(API + "guard/what-if", pages::whatIf);
    all.put(API + "access-logs", pages::accessLogs);
    TrafficPages traffic = new TrafficPages(reads.traffic());
    all.put(API + "traffic", traffic::traffic);
    all.put(API + "traffic/edges", traffic::edges);
    all.put(API + "bootstrap", this::bootstrap);
    all.put(API + "log-level", logLevels::get);
    return all;
  }

  private HttpService page(Gate.Access access, Page page) {
    return (ctx, request) -> {
      Optional<Reply> refused = gate.refuse(request.headers(), access);
      if (refused.isPresent()) {
        return refused.get().toResponse();
      }
      // Printing a big snapshot takes longer than an event loop may be held.
      return HttpResponse.of(
          CompletableFuture.supplyAsync(
              () -> safely(ctx, () -> page.answer(ctx)).toResponse(), ctx.blockingTaskExecutor()));
    };
  }

  private interface Answer {
    Reply get();
  }

  private static Reply safely(ServiceRequestContext ctx, Answer answer) {
    try {
      return answer.get();
    } catch (WrongRequest e) {
      return Reply.error(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return failed(ctx, e);
    }
  }

  private static Reply failed(ServiceRequestContext ctx, Throwable cause) {
    LOG.error("{} {} failed", ctx.method(), ctx.path(), cause);
    return Reply.error(HttpStatus.INTERNAL_SERVER_ERROR, "a bug in Lish; its log says more");
  }

  private HttpResponse change(
      ServiceRequestContext ctx, HttpRequest request, Commands.Command command) {
    Optional<Reply> refused = gate.refuse(request.headers(), Gate.Access.CHANGE);
    if (refused.isPresent()) {
      return refused.get().toResponse();
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenComposeAsync(whole -> run(ctx, whole, command), ctx.blockingTaskExecutor())
            .thenApply(Reply::toResponse));
  }

  private static CompletableFuture<Reply> run(
      ServiceRequestContext ctx, AggregatedHttpRequest request, Commands.Command command) {
    try {
      return command
          .run(request.content().array(), user(request))
          .handle(
              (commit, failure) -> failure == null ? Commands.reply(commit) : failed(ctx, failure));
    } catch (WrongRequest e) {
      return CompletableFuture.completedFuture(
          Reply.error(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(failed(ctx, e));
    }
  }

  /** Who asks, for the audit trail: believed, since whoever has the token may do all anyway. */
  private static String user(AggregatedHttpRequest request) {
    String user = request.headers().get("x-lish-user", "").trim();
    if (user.length() > LONGEST_USER || user.chars().anyMatch(Character::isISOControl)) {
      throw new WrongRequest(
          "X-Lish-User (expected: up to " + LONGEST_USER + " printable characters)");
    }
    return user.isEmpty() ? "admin" : user;
  }

  private record Readiness(boolean ready, List<String> reasons) {}

  /** The status code is for everyone; the reasons name sources, so they are for readers only. */
  private Reply readyz(ServiceRequestContext ctx) {
    List<String> reasons = reads.view().get().notReady();
    HttpStatus status = reasons.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
    List<String> told = gate.mayRead(ctx.request().headers()) ? reasons : List.of();
    if (ctx.request().headers().get(HttpHeaderNames.ACCEPT, "").contains("application/json")) {
      return Reply.json(status, new Readiness(reasons.isEmpty(), told));
    }
    String word = reasons.isEmpty() ? "ready" : "not ready";
    return Reply.text(status, told.isEmpty() ? word + "\n" : String.join("\n", told) + "\n");
  }

  private Reply metrics(ServiceRequestContext ctx) {
    Texts.Page page =
        texts.metrics().apply(ctx.request().headers().get(HttpHeaderNames.ACCEPT, ""));
    return new Reply(
        HttpStatus.OK, MediaType.parse(page.contentType()), HttpData.ofUtf8(page.body()));
  }

  private Reply bootstrap(ServiceRequestContext ctx) {
    try {
      return new Reply(
          HttpStatus.OK,
          MediaType.create("application", "yaml").withCharset(UTF_8),
          HttpData.ofUtf8(texts.bootstrap().apply(BootstrapQuery.options(ctx))));
    } catch (IllegalArgumentException e) {
      throw new WrongRequest(String.valueOf(e.getMessage()));
    }
  }

  private static Reply unknown(ServiceRequestContext ctx) {
    return Reply.error(
        HttpStatus.NOT_FOUND,
        ctx.method() + " " + ctx.path() + " (expected: an endpoint of docs/api.md)");
  }

  private HttpResponse home(HttpRequest request) {
    return gate.refuse(request.headers(), Gate.Access.OPEN)
        .map(Reply::toResponse)
        .orElseGet(webPage::toResponse);
  }
}
