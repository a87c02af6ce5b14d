package dev.lish.transport;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel acknowledge what a peer answers with what is sent next, or after its 40 ms, and
 * not at once with a packet of its own.
 *
 * <p>Linux does so by itself on connections where we answer the peer soon (tcp(7), {@code
 * TCP_QUICKACK}). In xDS it is the server that speaks first and the peer that answers: a push to a
 * thousand Envoys brings a thousand answers, and a packet for each of them was sent in the very
 * moment in which other Envoys wait for the push. The kernel forgets the wish, so it is told again
 * with each response.
 */
public final class LateTcpAcks extends ChannelOutboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(LateTcpAcks.class);

  private boolean written;

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    written = true;
    var unused = context.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    context.flush();
    if (written) {
      written = false;
      late(context);
    }
  }

  private static void late(ChannelHandlerContext context) {
    try {
      // Sockets of another kind (NIO) do not know it, and say so by returning false.
      boolean unused = context.channel().config().setOption(EpollChannelOption.TCP_QUICKACK, false);
    } catch (ChannelException e) {
      log.trace("the connection ended while it was written to", e);
    }
  }
}
