package dev.lish.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * How an HTTP/2 connection keeps the part of a frame that has come, until the rest comes: in a
 * buffer of that size. Netty's own way appends reads to one buffer, which grows by doubling, and is
 * kept as long as the last frame in it is not whole.
 */
public final class ConnectionBuffers extends ChannelInboundHandlerAdapter {
  private static final ByteToMessageDecoder.Cumulator EXACT = ConnectionBuffers::cumulate;

  private ConnectionBuffers() {}

  /** For {@code ServerBuilder.childChannelPipelineCustomizer}. */
  public static void customize(ChannelPipeline pipeline) {
    // Armeria adds what speaks HTTP/2 when it has seen the first bytes, before whatever is last.
    pipeline.addFirst(new ConnectionBuffers());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    context.fireChannelRead(message);
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    if (http2 != null && !context.isRemoved()) {
      http2.setCumulator(EXACT);
      context.pipeline().remove(this);
    }
  }

  /**
   * What was left and what came, in one buffer; takes over both.
   *
   * @param left of the reads before, whose frames are gone
   */
  @SuppressWarnings("ReferenceEquality") // Two views of equal bytes are not one buffer.
  static ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf left, ByteBuf came) {
    if (left == came) {
      // The contract: one of the two references that there are is given up.
      came.release();
      return left;
    }
    if (!left.isReadable() && came.isContiguous()) {
      left.release();
      return came;
    }
    try {
      if (came.readableBytes() <= left.maxFastWritableBytes()
          && left.refCnt() == 1
          && !left.isReadOnly()) {
        // A peer that sends byte by byte does not make us copy a frame for each.
        return left.writeBytes(came);
      }
      ByteBuf both = allocator.buffer(left.readableBytes() + came.readableBytes());
      try {
        both.writeBytes(left).writeBytes(came);
      } catch (RuntimeException e) {
        both.release();
        throw e;
      }
      left.release();
      return both;
    } finally {
      came.release();
    }
  }
}
