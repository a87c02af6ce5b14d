package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/** Tells by the first bytes what a connection speaks, and makes it so. */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection tells
final class StubConnection extends ByteToMessageDecoder {
  private static final int TLS_HANDSHAKE = 0x16;
  private static final int PROXY_V2 = 0x0d;
  private static final String PROXY_V1 = "PROXY ";
  private static final String HTTP2 = "PRI";
  private static final String REDIS = "*";
  private static final int MOST_HEADERS = 1 << 20;

  /** A server that speaks first does so to a client that says nothing for this long. */
  private static final long SILENCE_MILLIS = 50;

  private final StubPort port;
  private final Optional<SSLEngine> tls;
  private boolean heard;

  /**
   * A connection that has said nothing.
   *
   * @param tls empty: not over TLS
   */
  StubConnection(StubPort port, Optional<SSLEngine> tls) {
    this.port = port;
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    port.traits().tcpChecks().stream()
        .filter(check -> check.sent().isEmpty() && !check.expected().isEmpty())
        .findFirst()
        .ifPresent(
            check ->
                context
                    .executor()
                    .schedule(() -> greet(context, check), SILENCE_MILLIS, TimeUnit.MILLISECONDS));
  }

  private void greet(ChannelHandlerContext context, Traits.TcpCheck check) {
    if (!heard && !context.isRemoved()) {
      answer(context, check.expected());
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    heard = true;
    int first = in.getUnsignedByte(in.readerIndex());
    String text = in.toString(in.readerIndex(), Math.min(in.readableBytes(), 4096), ISO_8859_1);
    if (tls.isEmpty() && first == TLS_HANDSHAKE) {
      SSLEngine engine = port.engine();
      become(
          context,
          pipeline -> {
            pipeline.addLast(new SslHandler(engine));
            pipeline.addLast(new StubConnection(port, Optional.of(engine)));
          });
      return;
    }
    for (Traits.TcpCheck check : port.traits().tcpChecks()) {
      if (!check.sent().isEmpty() && text.equals(check.sent())) {
        in.skipBytes(in.readableBytes());
        answer(context, check.expected());
        return;
      } else if (check.sent().startsWith(text)) {
        return; // more is to come
      }
    }
    if (text.startsWith(PROXY_V1) || first == PROXY_V2) {
      become(
          context,
          pipeline -> pipeline.addLast(new HAProxyMessageDecoder(), new StubConnection(port, tls)));
    } else if (text.startsWith(REDIS)) {
      redis(context, in, text);
    } else if (text.startsWith(HTTP2)) {
      become(context, this::http2);
    } else if (!HTTP2.startsWith(text) && !PROXY_V1.startsWith(text)) {
      become(context, this::http1);
    }
  }

  /** Says so, if it is well. */
  private void answer(ChannelHandlerContext context, String text) {
    Behaviour behaviour = port.behaviour();
    if (behaviour.status() >= 500 || behaviour.failure() != Behaviour.Failure.NONE) {
      StubHttp.reset(context.channel());
      return;
    }
    context
        .executor()
        .schedule(
            () -> context.writeAndFlush(Unpooled.copiedBuffer(text, ISO_8859_1)),
            behaviour.delay().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Redis' checks: {@code PING}, or {@code EXISTS KEY}, which is well where there is no key. */
  private void redis(ChannelHandlerContext context, ByteBuf in, String text) {
    boolean ping = text.endsWith("PING\r\n");
    if (ping || text.contains("EXISTS\r\n")) {
      in.skipBytes(in.readableBytes());
      answer(context, ping ? "+PONG\r\n" : ":0\r\n");
    } else if (text.endsWith("\r\n")) {
      in.skipBytes(in.readableBytes());
      answer(context, "-ERR a stand-in for an upstream answers PING and EXISTS only\r\n");
    }
  }

  /** Has these handlers in place of this one, which passes on what it has read. */
  private void become(
      ChannelHandlerContext context, java.util.function.Consumer<ChannelPipeline> handlers) {
    handlers.accept(context.pipeline());
    context.pipeline().remove(this);
  }

  private Received.Over over(boolean http2) {
    return new Received.Over(http2, tls.map(engine -> Tls.said(engine.getSession())));
  }

  private void http1(ChannelPipeline pipeline) {
    pipeline.addLast(
        // What Envoy sends is not to be judged here.
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(MOST_HEADERS)
                .setMaxHeaderSize(MOST_HEADERS)
                .setValidateHeaders(false)),
        new HttpServerKeepAliveHandler(),
        new HttpServerExpectContinueHandler(),
        new StubHttp(port, over(false)));
  }

  private void http2(ChannelPipeline pipeline) {
    Received.Over over = over(true);
    pipeline.addLast(
        Http2FrameCodecBuilder.forServer()
            .initialSettings(Http2Settings.defaultSettings().maxHeaderListSize(MOST_HEADERS))
            .validateHeaders(false)
            .build(),
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream
                    .pipeline()
                    .addLast(
                        new Http2StreamFrameToHttpObjectCodec(true, false),
                        new StubHttp(port, over));
              }
            }));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A handshake that failed, or a connection that broke: Envoy's side tells of it.
    context.close();
  }
}
