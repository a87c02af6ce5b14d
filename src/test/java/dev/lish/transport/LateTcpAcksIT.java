package dev.lish.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lish.testing.Await;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A socket of the kernel, which is asked how it acknowledges. */
class LateTcpAcksIT {
  private final BlockingQueue<EpollSocketChannel> accepted = new LinkedBlockingQueue<>();
  private EpollEventLoopGroup group;
  private Channel server;

  @BeforeEach
  void listen() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "*** SKIPPED: only Linux has TCP_QUICKACK");
    Epoll.ensureAvailability();
    group = new EpollEventLoopGroup(1);
    server =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<EpollSocketChannel>() {
                  @Override
                  protected void initChannel(EpollSocketChannel channel) {
                    channel.pipeline().addFirst(new LateTcpAcks());
                    accepted.add(channel);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
  }

  @AfterEach
  void end() throws Exception {
    if (group != null) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private Socket connect() throws Exception {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    return new Socket(address.getAddress(), address.getPort());
  }

  private static void send(Channel channel) throws Exception {
    channel.writeAndFlush(Unpooled.copiedBuffer("push", US_ASCII)).sync();
  }

  @Test
  void whatAnswersAPushIsAcknowledgedLate() throws Exception {
    try (Socket client = connect()) {
      EpollSocketChannel channel = accepted.take();
      assertThat(channel.config().isTcpQuickAck()).as("the kernel's own way").isTrue();
      send(channel);
      Await.until("the wish is told", () -> !channel.config().isTcpQuickAck());
      assertThat(client.getInputStream().readNBytes(4)).asString(US_ASCII).isEqualTo("push");
      // Whoever waits for the kernel to acknowledge an answer makes it forget.
      client.getOutputStream().write(1);
      Await.until("the kernel has forgotten", () -> channel.config().isTcpQuickAck());
      send(channel);
      Await.until("the wish is told again", () -> !channel.config().isTcpQuickAck());
    }
  }

  @Test
  void aConnectionThatEndsUnderTheWriteIsNoError() throws Exception {
    Socket client = connect();
    EpollSocketChannel channel = accepted.take();
    client.setSoLinger(true, 0);
    client.close();
    Await.until("it is closed", () -> !channel.isOpen());
    assertThat(channel.writeAndFlush(Unpooled.copiedBuffer("push", US_ASCII)).await(5_000))
        .isTrue();
  }
}
