package dev.lish.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Stream;

/** Takes the DATA frames of one connection to the calls that read them. */
final class Arrivals extends Http2FrameListenerDecorator {
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;

  private Arrivals(Http2FrameListener next, Http2Connection connection) {
    super(next);
    this.connection = connection;
    key = connection.newKey();
  }

  /** Of this connection; from now on, if there are none yet. */
  static Arrivals of(Http2ConnectionHandler http2) {
    Http2FrameListener present = http2.decoder().frameListener();
    if (present instanceof Arrivals arrivals) {
      return arrivals;
    }
    Arrivals arrivals = new Arrivals(present, http2.connection());
    http2.decoder().frameListener(arrivals);
    return arrivals;
  }

  /** What comes on this stream is for this call. */
  void add(Http2Stream stream, FramedCall<?, ?> call) {
    if (stream.setProperty(key, call) != null) {
      throw new IllegalStateException("stream " + stream.id() + " has a call already");
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream)
      throws Http2Exception {
    Http2Stream stream = connection.stream(streamId);
    FramedCall<?, ?> call = stream == null ? null : stream.getProperty(key);
    if (call == null) {
      return super.onDataRead(context, streamId, data, padding, endOfStream);
    }
    int size = data.readableBytes() + padding;
    ByteBuf foreign = call.read(data);
    try {
      if (foreign.isReadable() || endOfStream) {
        // The windows of the peer are about what came, not about what is told here.
        int unused = super.onDataRead(context, streamId, foreign, 0, endOfStream);
      }
    } finally {
      foreign.release();
    }
    return size;
  }
}
