package dev.lish.transport;

import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Has the messages of bidirectional streams written into, and read from, the DATA frames of HTTP/2
 * right away, below Armeria's gRPC, to which all else is left: routes, headers, status, trailers,
 * the end of a stream, and messages that are compressed or too large.
 *
 * <p>A message on Armeria's way passes two streams of objects each way, which is as much work as
 * all that the kernel does to send it. On this one it is one buffer, under the same windows of the
 * peer.
 *
 * <p>For calls that take every request as it comes, by {@code request(Integer.MAX_VALUE)}, and live
 * on the event loop of their connection. As the outermost interceptor: what is inside sees every
 * message.
 */
public final class FramedCalls implements ServerInterceptor {
  private final int mostBytes;

  /**
   * Frames with a limit.
   *
   * @param mostBytes of a request; a larger one is left to Armeria, which refuses it
   */
  public FramedCalls(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    if (call.getMethodDescriptor().getType() != MethodType.BIDI_STREAMING) {
      return next.startCall(call, headers);
    }
    ServiceRequestContext context = ServiceRequestContext.current();
    Channel channel = context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
    Http2ConnectionHandler http2 =
        channel == null ? null : channel.pipeline().get(Http2ConnectionHandler.class);
    if (http2 == null || !context.eventLoop().inEventLoop()) {
      // HTTP/1, in which nobody speaks gRPC for long.
      return next.startCall(call, headers);
    }
    // Its headers are being read at this moment, or the call would not be on the event loop.
    int id = http2.connection().remote().lastStreamCreated();
    Http2Stream stream = http2.connection().stream(id);
    FramedConnection connection = FramedConnection.of(http2);
    FramedCall<A, B> framed = new FramedCall<>(call, connection, stream, mostBytes);
    connection.add(stream, framed);
    return framed.listener(next.startCall(framed, headers));
  }
}
