package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Puts the answer of one stream together. */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection tells
final class Http2Answer extends SimpleChannelInboundHandler<Http2StreamFrame> {
  private final CompletableFuture<Answer> answer;
  private final Map<String, String> headers = new TreeMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status;

  Http2Answer(CompletableFuture<Answer> answer) {
    this.answer = answer;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame)
      throws IOException {
    if (frame instanceof Http2HeadersFrame head) {
      head(head);
      end(head.isEndStream());
    } else if (frame instanceof Http2DataFrame data) {
      data.content().readBytes(body, data.content().readableBytes());
      end(data.isEndStream());
    } else if (frame instanceof Http2ResetFrame reset) {
      answer.completeExceptionally(
          new IOException("the stream was reset: " + Http2Error.valueOf(reset.errorCode())));
    }
  }

  private void head(Http2HeadersFrame frame) {
    CharSequence given = frame.headers().status();
    if (given != null) {
      status = Integer.parseInt(given.toString());
    }
    frame
        .headers()
        .forEach(
            header -> {
              String name = header.getKey().toString();
              if (!name.startsWith(":")) {
                headers.merge(name, header.getValue().toString(), (a, b) -> a + ", " + b);
              }
            });
  }

  private void end(boolean ended) {
    // 1xx come before the answer.
    if (ended && status >= 200) {
      answer.complete(new Answer(status, headers, body.toString(UTF_8)));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.completeExceptionally(new IOException("the stream ended before its answer"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    answer.completeExceptionally(cause);
    context.close();
  }
}
