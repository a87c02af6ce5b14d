package dev.lish.transport;

import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;

/** A bidirectional method of bytes, and a server whose messages of it are frames. */
final class BytesService {
  private BytesService() {}

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new Known(message);
        }

        @Override
        public byte[] parse(InputStream in) {
          try {
            return in.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.newBuilder(BYTES, BYTES)
          .setType(MethodType.BIDI_STREAMING)
          .setFullMethodName("test.Service/Stream")
          .build();

  private static final class Known extends ByteArrayInputStream implements KnownLength, Drainable {
    Known(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream out) throws IOException {
      return Math.toIntExact(transferTo(out));
    }
  }

  /** On a free port of loopback, hosted as Lish hosts its own. */
  static Server start(
      int mostBytes,
      Consumer<ServerBuilder> more,
      Function<ServerCall<byte[], byte[]>, ServerCall.Listener<byte[]>> calls) {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("test.Service")
            .addMethod(
                METHOD,
                (call, headers) -> {
                  call.sendHeaders(new Metadata());
                  call.request(Integer.MAX_VALUE);
                  return calls.apply(call);
                })
            .build();
    ServerBuilder builder =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(
                GrpcService.builder()
                    .useBlockingTaskExecutor(false)
                    .maxRequestMessageLength(mostBytes)
                    .addService(service)
                    .intercept(new FramedCalls(mostBytes))
                    .build());
    more.accept(builder);
    Server server = builder.build();
    server.start().join();
    return server;
  }
}
