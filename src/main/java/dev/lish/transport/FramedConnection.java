package dev.lish.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection that has framed calls. It takes DATA frames to the calls that read them, and sends
 * what calls write: at once when there is but one, as an Envoy has beside its access logs;
 * otherwise together with what others write in the same turn of the event loop, by one call of the
 * kernel.
 */
final class FramedConnection extends Http2FrameListenerDecorator {
  /** Bytes that need not wait for more. */
  private static final int ENOUGH = 16 << 10;

  private final Http2ConnectionHandler http2;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final List<FramedCall<?, ?>> writers = new ArrayList<>();
  private int bytes;
  private int calls;

  private FramedConnection(Http2FrameListener next, Http2ConnectionHandler http2) {
    super(next);
    this.http2 = http2;
    connection = http2.connection();
    key = connection.newKey();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            if (stream.getProperty(key) != null) {
              calls--;
            }
          }
        });
  }

  /** The one for this connection; from now on, if there is none yet. */
  static FramedConnection of(Http2ConnectionHandler http2) {
    Http2FrameListener present = http2.decoder().frameListener();
    if (present instanceof FramedConnection framed) {
      return framed;
    }
    FramedConnection framed = new FramedConnection(present, http2);
    http2.decoder().frameListener(framed);
    return framed;
  }

  Http2ConnectionHandler http2() {
    return http2;
  }

  /** What comes on this stream is for this call. */
  void add(Http2Stream stream, FramedCall<?, ?> call) {
    if (stream.setProperty(key, call) != null) {
      throw new IllegalStateException("stream " + stream.id() + " has a call already");
    }
    calls++;
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
      if (stream.state() != Http2Stream.State.CLOSED) {
        // With nothing in it, it still says that the peer lives. The windows of the peer are about
        // what came, not about what is told here.
        int unused = super.onDataRead(context, streamId, foreign, 0, endOfStream);
      }
    } finally {
      foreign.release();
    }
    return size;
  }

  /** The call has handed a frame of this size to the flow controller. */
  void wrote(FramedCall<?, ?> call, int size) {
    if (calls == 1 && writers.isEmpty()) {
      http2.flush(context());
      call.sent();
      return;
    }
    writers.add(call);
    bytes += size;
    if (bytes >= ENOUGH) {
      send();
    } else if (writers.size() == 1) {
      context().executor().execute(this::send);
    }
  }

  private void send() {
    if (!writers.isEmpty()) {
      // Sending tells calls that they may write more: that is for another time.
      List<FramedCall<?, ?>> these = List.copyOf(writers);
      writers.clear();
      bytes = 0;
      http2.flush(context());
      these.forEach(FramedCall::sent);
    }
  }

  private ChannelHandlerContext context() {
    return http2.encoder().flowController().channelHandlerContext();
  }
}
