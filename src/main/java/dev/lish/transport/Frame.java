package dev.lish.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2RemoteFlowController.FlowControlled;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * A message on its way into DATA frames (RFC 9113, 6.1). One that the peer's windows and its
 * largest frame have room for, as nearly all have, is written as one buffer, the frame's header in
 * it.
 */
final class Frame implements FlowControlled {
  /** Of a frame's header (RFC 9113, 4.1): bytes that a message's buffer has in front. */
  static final int HEADER = 9;

  private static final int TYPE_AT = 3;
  private static final int STREAM_AT = 5;

  private final Http2ConnectionHandler http2;
  private final Http2Stream stream;
  private final ByteBuf bytes;
  private final Runnable written;
  private int left;

  /**
   * A message that has not been written.
   *
   * @param bytes {@link #HEADER} bytes of any content, then the message; taken over
   * @param written when all is handed to the channel
   */
  Frame(Http2ConnectionHandler http2, Http2Stream stream, ByteBuf bytes, Runnable written) {
    this.http2 = http2;
    this.stream = stream;
    this.bytes = bytes;
    this.written = written;
    left = bytes.readableBytes() - HEADER;
  }

  @Override
  public int size() {
    return left;
  }

  @Override
  public void write(ChannelHandlerContext context, int allowed) {
    int most = http2.encoder().configuration().frameSizePolicy().maxFrameSize();
    int size = Math.min(left, Math.min(allowed, most));
    if (size == 0) {
      return;
    }
    boolean begun = bytes.readerIndex() > 0;
    if (begun) {
      // What comes before is on its way already, so there is no room for a header.
      ByteBuf header = context.alloc().buffer(HEADER).writerIndex(HEADER);
      header(header, size);
      var unused = context.write(header);
    } else {
      header(bytes, size);
    }
    boolean last = size == left;
    left -= size;
    var unused =
        context.write(last ? bytes : bytes.readRetainedSlice(begun ? size : HEADER + size));
  }

  private void header(ByteBuf at, int size) {
    at.setMedium(0, size);
    at.setShort(TYPE_AT, Http2FrameTypes.DATA << 8); // and no flags
    at.setInt(STREAM_AT, stream.id());
  }

  @Override
  public void writeComplete() {
    written.run();
  }

  @Override
  public void error(ChannelHandlerContext context, Throwable cause) {
    if (left > 0) {
      bytes.release();
    }
    http2.onError(context, true, cause);
  }

  @Override
  public boolean merge(ChannelHandlerContext context, FlowControlled next) {
    return false;
  }
}
