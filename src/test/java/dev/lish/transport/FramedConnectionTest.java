package dev.lish.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FramedConnectionTest {
  /** What Armeria would do, as far as a framed call asks it. */
  private static final class Below extends ServerCall<byte[], byte[]> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(byte[] message) {}

    @Override
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
      return BytesService.METHOD;
    }
  }

  private final Http2ConnectionHandler http2 =
      new Http2ConnectionHandlerBuilder()
          .server(true)
          .frameListener(new Http2EventAdapter())
          .build();
  private final EmbeddedChannel channel = new EmbeddedChannel(http2);

  /** A call whose first message has gone. */
  private FramedCall<byte[], byte[]> call(int id) throws Http2Exception {
    FramedConnection connection = FramedConnection.of(http2);
    Http2Stream stream = open(id);
    FramedCall<byte[], byte[]> call = new FramedCall<>(new Below(), connection, stream, 100);
    connection.add(stream, call);
    call.sendMessage(new byte[0]);
    return call;
  }

  private Http2Stream open(int id) throws Http2Exception {
    return http2.connection().remote().createStream(id, false);
  }

  /** Bytes that have gone to the peer since this was asked last. */
  private int sent() {
    int size = 0;
    for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) {
      size += b.readableBytes();
      b.release();
    }
    return size;
  }

  /** As that of an Envoy, which has its access logs on the same connection. */
  @Test
  void messageOfTheOnlyCallGoesAtOnce() throws Http2Exception {
    FramedCall<byte[], byte[]> first = call(1);
    open(3);
    sent();
    first.sendMessage(new byte[100]);
    assertThat(sent()).isEqualTo(Frame.HEADER + Assembly.PREFIX + 100);
    FramedCall<byte[], byte[]> second = call(5);
    Optional.ofNullable(http2.connection().stream(1)).orElseThrow().close();
    sent();
    second.sendMessage(new byte[50]);
    assertThat(sent()).isEqualTo(Frame.HEADER + Assembly.PREFIX + 50);
  }

  @Test
  void messagesOfOneTurnGoTogetherAfterIt() throws Http2Exception {
    FramedCall<byte[], byte[]> one = call(1);
    FramedCall<byte[], byte[]> two = call(3);
    sent();
    one.sendMessage(new byte[100]);
    two.sendMessage(new byte[100]);
    assertThat(sent()).isZero();
    channel.runPendingTasks();
    assertThat(sent()).isEqualTo(2 * (Frame.HEADER + Assembly.PREFIX + 100));
    assertThat(one.isReady() && two.isReady()).isTrue();
  }

  /** As when Armeria hears that a first message has gone, and tells the call of it. */
  @Test
  void messageThatIsWrittenWhileOthersAreSentGoesToo() throws Http2Exception {
    FramedCall<byte[], byte[]> one = call(1);
    FramedCall<byte[], byte[]> two = call(3);
    sent();
    one.sendMessage(new byte[100]);
    ChannelHandlerContext context = http2.encoder().flowController().channelHandlerContext();
    ChannelPromise gone = context.newPromise();
    gone.addListener(future -> two.sendMessage(new byte[100]));
    var unused = context.write(Unpooled.buffer(1).writeByte(0), gone);
    channel.runPendingTasks();
    assertThat(sent()).isEqualTo(2 * (Frame.HEADER + Assembly.PREFIX + 100) + 1);
    assertThat(two.isReady()).isTrue();
  }
}
