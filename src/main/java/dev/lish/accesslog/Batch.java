package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;

/**
 * A message as it came, in a buffer that its thread uses for the next one again: to be read at
 * once, and not to be kept.
 *
 * @param bytes the buffer, which may be longer
 * @param length of the message
 */
@SuppressWarnings("ArrayRecordComponent") // A view of a buffer, never compared.
record Batch(byte[] bytes, int length) {
  private static final int START = 32 << 10;

  /** What a big message needed is not kept by each thread for ever. */
  private static final int KEPT = 256 << 10;

  static Batch of(ByteString message) {
    return new Batch(message.toByteArray(), message.size());
  }

  /** Takes messages of up to so many bytes; bigger ones are told and end their stream. */
  static final class Marshaller implements MethodDescriptor.Marshaller<Batch> {
    private final int most;
    private final IntConsumer tooBig;
    private final ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(() -> new byte[START]);

    Marshaller(int most, IntConsumer tooBig) {
      this.most = most;
      this.tooBig = tooBig;
    }

    @Override
    public InputStream stream(Batch value) {
      return new ByteArrayInputStream(value.bytes(), 0, value.length());
    }

    @Override
    public Batch parse(InputStream stream) {
      byte[] buffer = buffers.get();
      int length = 0;
      try {
        for (int read = 0; read >= 0; length += read) {
          if (length == buffer.length) {
            buffer = grown(buffer, stream.available());
          }
          read = stream.read(buffer, length, buffer.length - length);
          if (read < 0) {
            break;
          }
          if (length + read > most) {
            tooBig.accept(length + read);
            throw Status.RESOURCE_EXHAUSTED
                .withDescription("message above " + most + " bytes")
                .asRuntimeException();
          }
        }
      } catch (IOException e) {
        throw Status.INTERNAL.withCause(e).asRuntimeException();
      }
      if (buffer.length <= KEPT) {
        buffers.set(buffer);
      }
      return new Batch(buffer, length);
    }

    private static byte[] grown(byte[] buffer, int more) {
      return java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, buffer.length + more + 1));
    }
  }
}
