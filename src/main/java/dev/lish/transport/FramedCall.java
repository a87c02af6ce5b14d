package dev.lish.transport;

import io.grpc.Drainable;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call whose messages are frames. Confined to the event loop of its connection. */
final class FramedCall<A, B> extends SimpleForwardingServerCall<A, B> {
  private static final Logger LOG = LoggerFactory.getLogger(FramedCall.class);

  private final FramedConnection connection;
  private final Http2RemoteFlowController flow;
  private final Http2Stream stream;
  private final Assembly assembly;
  private final Runnable written = this::written;
  private final Consumer<InputStream> received = this::received;
  private ServerCall.Listener<A> listener = new ServerCall.Listener<>() {};
  private boolean begun;
  private boolean closed;

  /** Frames that the channel has not taken. */
  private int unwritten;

  /** It has been asked to take them all, and some wait. */
  private boolean pending;

  FramedCall(
      ServerCall<A, B> call, FramedConnection connection, Http2Stream stream, int mostBytes) {
    super(call);
    this.connection = connection;
    this.stream = stream;
    flow = connection.http2().encoder().flowController();
    assembly = new Assembly(mostBytes);
  }

  /** Who is told of requests; gives whom Armeria is to tell of all else. */
  ServerCall.Listener<A> listener(ServerCall.Listener<A> who) {
    listener = who;
    return new SimpleForwardingServerCallListener<>(who) {
      @Override
      public void onCancel() {
        closed = true;
        super.onCancel();
      }

      @Override
      public void onComplete() {
        closed = true;
        super.onComplete();
      }
    };
  }

  @Override
  public boolean isReady() {
    return super.isReady() && !pending;
  }

  @Override
  public void sendMessage(B message) {
    if (!begun || !super.isReady()) {
      // Armeria sends the headers with the first message; what follows must not overtake it.
      begun = true;
      super.sendMessage(message);
    } else if (writable()) {
      write(message);
    }
  }

  /** The client may have gone, and the call not know it yet. */
  private boolean writable() {
    return switch (stream.state()) {
      case OPEN, HALF_CLOSED_REMOTE -> true;
      case IDLE, RESERVED_LOCAL, RESERVED_REMOTE, HALF_CLOSED_LOCAL, CLOSED -> false;
    };
  }

  private void write(B message) {
    ChannelHandlerContext context = flow.channelHandlerContext();
    Frame frame = new Frame(connection.http2(), stream, encode(message, context), written);
    unwritten++;
    flow.addFlowControlled(stream, frame);
    connection.wrote(this, frame.size());
  }

  /** What was written has gone as far as the peer's windows, and the channel, have room for. */
  void sent() {
    pending = unwritten > 0;
  }

  private ByteBuf encode(B message, ChannelHandlerContext context) {
    try (InputStream in = getMethodDescriptor().streamResponse(message)) {
      if (!(in instanceof KnownLength && in instanceof Drainable drainable)) {
        throw new IllegalStateException(
            in.getClass() + " (expected: a stream that knows its length, and drains itself)");
      }
      int length = in.available();
      ByteBuf bytes = context.alloc().buffer(Frame.HEADER + Assembly.PREFIX + length);
      try {
        bytes.writerIndex(Frame.HEADER).writeByte(Assembly.PLAIN).writeInt(length);
        var unused = drainable.drainTo(new ByteBufOutputStream(bytes));
        return bytes;
      } catch (IOException | RuntimeException e) {
        bytes.release();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Netty does not allow to send more from within. */
  private void written() {
    unwritten--;
    if (pending && unwritten == 0) {
      pending = false;
      flow.channelHandlerContext().executor().execute(this::ready);
    }
  }

  private void ready() {
    if (!closed && isReady()) {
      guarded(listener::onReady);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    closed = true;
    super.close(status, trailers);
  }

  /** Takes what has come; gives what is for Armeria to read, to be released. */
  ByteBuf read(ByteBuf data) {
    return assembly.read(data, received);
  }

  private void received(InputStream message) {
    if (!closed) {
      guarded(() -> listener.onMessage(getMethodDescriptor().parseRequest(message)));
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      // It must not get to Netty, which would end the connection, and all that others have there.
      LOG.error("A call of {} failed and is closed", getMethodDescriptor().getFullMethodName(), e);
      if (!closed) {
        close(
            Status.INTERNAL.withDescription("this call failed; the server's log says why"),
            new Metadata());
      }
    }
  }
}
