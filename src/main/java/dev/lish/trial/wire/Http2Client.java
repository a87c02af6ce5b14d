package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;

/**
 * Sends requests over HTTP/2, each over a connection of its own, to ports of this machine: over TLS
 * with ALPN, else with prior knowledge (RFC 9113, 3.3). What is sent is not checked, as tests may
 * want to see what becomes of it. Safe for use by several threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection tells
public final class Http2Client implements AutoCloseable {
  private static final int MOST_HEADERS = 1 << 20;

  private final Tls tls;
  private final int timeoutMillis;
  private final NioEventLoopGroup loop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("lish-test-client", true));

  /** A client without connections. */
  public Http2Client(Tls tls, int timeoutMillis) {
    this.tls = tls;
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Sends a request, and waits for the whole answer; its trailers are among its headers.
   *
   * @param client empty: in cleartext
   * @param headers {@code host} becomes {@code :authority}
   * @throws IOException when there is no answer
   */
  public Answer exchange(
      int port,
      Optional<Tls.Client> client,
      RequestLine line,
      Map<String, String> headers,
      String body)
      throws IOException {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Channel connection = connect(port, client, answer);
    try {
      Channel stream = done(new Http2StreamChannelBootstrap(connection).open());
      stream.pipeline().addLast(new Http2Answer(answer));
      Http2Headers head = head(line, headers, client.isPresent());
      stream.write(new DefaultHttp2HeadersFrame(head, body.isEmpty()));
      if (!body.isEmpty()) {
        stream.write(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, UTF_8), true));
      }
      stream.flush();
      return answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeoutMillis + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("waiting for an answer");
    } finally {
      connection.close();
    }
  }

  /**
   * The first line of a request.
   *
   * @param method such as GET
   * @param path with its query
   */
  public record RequestLine(String method, String path) {}

  private static Http2Headers head(RequestLine line, Map<String, String> headers, boolean tls) {
    Http2Headers head =
        new DefaultHttp2Headers(false)
            .method(line.method())
            .scheme(tls ? "https" : "http")
            .path(line.path());
    headers.forEach(
        (name, value) -> {
          if (name.equalsIgnoreCase("host")) {
            head.authority(value);
          } else {
            head.add(name.toLowerCase(Locale.ROOT), value);
          }
        });
    return head;
  }

  private Channel connect(int port, Optional<Tls.Client> client, CompletableFuture<Answer> answer)
      throws IOException {
    Optional<SslHandler> secure = Optional.empty();
    if (client.isPresent()) {
      SSLEngine engine = tls.client(client.get()).createSSLEngine();
      engine.setUseClientMode(true);
      engine.setSSLParameters(tls.parameters(engine.getSSLParameters(), client.get(), "h2"));
      secure = Optional.of(new SslHandler(engine));
    }
    Optional<SslHandler> handshake = secure;
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    handshake.ifPresent(channel.pipeline()::addLast);
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient()
                                .initialSettings(
                                    Http2Settings.defaultSettings().maxHeaderListSize(MOST_HEADERS))
                                .validateHeaders(false)
                                .build(),
                            // A server of this client opens no streams.
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    channel
                        .closeFuture()
                        .addListener(
                            any ->
                                answer.completeExceptionally(
                                    new IOException("connection closed before an answer")));
                  }
                });
    var connecting =
        bootstrap.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    done(connecting);
    try {
      if (handshake.isPresent()) {
        done(handshake.get().handshakeFuture());
        String agreed = handshake.get().engine().getApplicationProtocol();
        if (!agreed.equals("h2")) {
          throw new IOException(
              "ALPN: the server agreed to %s (expected: h2, for HTTP/2)"
                  .formatted(agreed.isEmpty() ? "nothing" : agreed));
        }
      }
      return connecting.channel();
    } catch (IOException e) {
      connecting.channel().close();
      throw e;
    }
  }

  private <T> T done(Future<T> future) throws IOException {
    if (!future.awaitUninterruptibly(timeoutMillis)) {
      throw new IOException("nothing within " + timeoutMillis + " ms");
    }
    if (!future.isSuccess()) {
      throw new IOException(String.valueOf(future.cause().getMessage()), future.cause());
    }
    return future.getNow();
  }

  @Override
  public void close() {
    var unused = loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
  }
}
