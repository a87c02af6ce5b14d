package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Notes the requests of a connection (HTTP/1.1) or stream (HTTP/2), and answers them. */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection tells
final class StubHttp extends SimpleChannelInboundHandler<HttpObject> {
  /** How much of a request's body is noted, in bytes. */
  static final int MOST_BODY = 64 << 10;

  private static final String GRPC_CHECK = "/grpc.health.v1.Health/Check";

  /** Netty's own, for what HTTP/2 has and HTTP/1.1 has not. */
  private static final String CONVERTED = "x-http2-";

  private final StubPort port;
  private final Received.Over over;
  private Optional<HttpRequest> request = Optional.empty();
  private Optional<Notes.Note> note = Optional.empty();

  StubHttp(StubPort port, Received.Over over) {
    this.port = port;
    this.over = over;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      context.close();
      return;
    }
    if (part instanceof HttpRequest head) {
      request = Optional.of(head);
      note = isHealthCheck(head) ? Optional.empty() : Optional.of(port.notes().begin(seen(head)));
    }
    if (part instanceof HttpContent content) {
      note.ifPresent(n -> n.add(content.content().toString(UTF_8)));
    }
    if (part instanceof LastHttpContent && request.isPresent()) {
      HttpRequest whole = request.get();
      request = Optional.empty();
      Behaviour behaviour = port.behaviour();
      context
          .executor()
          .schedule(
              () -> answer(context, whole, behaviour),
              behaviour.delay().toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  /** Envoy's own checks are no requests of a test. */
  private static boolean isHealthCheck(HttpRequest request) {
    return "Envoy/HC".equals(request.headers().get(HttpHeaderNames.USER_AGENT))
        || request.uri().equals(GRPC_CHECK);
  }

  private Received seen(HttpRequest request) {
    TreeMap<String, String> headers = new TreeMap<>();
    request
        .headers()
        .forEach(
            header -> {
              String name = header.getKey().toLowerCase(Locale.ROOT);
              if (!name.startsWith(CONVERTED)) {
                headers.merge(name, header.getValue(), (a, b) -> a + ", " + b);
              }
            });
    return new Received(
        port.key().cluster(),
        headers.getOrDefault(Stubs.HEADER, ""),
        over,
        request.method().name(),
        request.uri(),
        headers,
        "");
  }

  private void answer(ChannelHandlerContext context, HttpRequest request, Behaviour behaviour) {
    if (behaviour.failure() != Behaviour.Failure.NONE) {
      reset(context.channel());
    } else if (!isHealthCheck(request)) {
      context.writeAndFlush(answer(request, behaviour));
    } else if (request.uri().equals(GRPC_CHECK)) {
      context.writeAndFlush(checked(behaviour));
    } else {
      context.writeAndFlush(checked(request.uri(), behaviour));
    }
  }

  /** Well as this check wants it, or as badly as it was told. */
  private FullHttpResponse checked(String path, Behaviour behaviour) {
    return port.traits().httpChecks().stream()
        .filter(check -> check.path().equals(path) && behaviour.status() == 200)
        .findFirst()
        .map(check -> response(check.status(), check.body(), ISO_8859_1))
        .orElseGet(() -> response(behaviour.status(), "", UTF_8));
  }

  private FullHttpResponse answer(HttpRequest request, Behaviour behaviour) {
    boolean bodiless = behaviour.status() == 204 || behaviour.status() == 304;
    String body = behaviour.body().orElse(port.key().cluster() + " " + port.key().address() + "\n");
    FullHttpResponse response = response(behaviour.status(), bodiless ? "" : body, UTF_8);
    boolean grpc =
        request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("application/grpc");
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, grpc ? "application/grpc" : "text/plain; charset=utf-8")
        .set(Stubs.CLUSTER_HEADER, port.key().cluster());
    if (grpc) {
      response.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
      response.trailingHeaders().set("grpc-status", "0");
    }
    behaviour
        .headers()
        .forEach(
            (name, value) -> {
              boolean trails = grpc && name.toLowerCase(Locale.ROOT).startsWith("grpc-");
              (trails ? response.trailingHeaders() : response.headers())
                  .set(name.toLowerCase(Locale.ROOT), value);
            });
    return response;
  }

  /** grpc.health.v1.HealthCheckResponse { status: SERVING = 1 | NOT_SERVING = 2 }, in one frame. */
  private static FullHttpResponse checked(Behaviour behaviour) {
    byte status = (byte) (behaviour.status() == 200 ? 1 : 2);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0, 2, 8, status}));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/grpc");
    response.trailingHeaders().set("grpc-status", "0");
    return response;
  }

  private static FullHttpResponse response(int status, String body, Charset charset) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.copiedBuffer(body, charset));
    if (status != 204 && status != 304) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    }
    return response;
  }

  /** Breaks the connection, also that of a stream, so that the other side sees a reset. */
  static void reset(Channel channel) {
    Channel connection =
        channel instanceof SocketChannel || channel.parent() == null ? channel : channel.parent();
    connection.config().setOption(ChannelOption.SO_LINGER, 0);
    connection.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
