package dev.lish.serve;

import io.grpc.Drainable;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A response on the wire: bytes shared with other streams, then the stream's own nonce.
 *
 * @param shared never written to
 * @param own the end of the message
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Response(byte[] shared, byte[] own) {
  int size() {
    return shared.length + own.length;
  }

  /** Hands the bytes over as they are. */
  static final MethodDescriptor.Marshaller<Response> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(Response response) {
          return new Bytes(response);
        }

        @Override
        public Response parse(InputStream in) {
          throw new UnsupportedOperationException("a server does not read responses");
        }
      };

  /** Both parts; each is written in one piece to where it is to go. */
  private static final class Bytes extends SequenceInputStream implements KnownLength, Drainable {
    private final InputStream shared;
    private final InputStream own;

    Bytes(Response response) {
      this(new ByteArrayInputStream(response.shared), new ByteArrayInputStream(response.own));
    }

    private Bytes(InputStream shared, InputStream own) {
      super(shared, own);
      this.shared = shared;
      this.own = own;
    }

    @Override
    public int available() throws IOException {
      return shared.available() + own.available();
    }

    @Override
    public int drainTo(OutputStream out) throws IOException {
      return Math.toIntExact(shared.transferTo(out) + own.transferTo(out));
    }
  }

  /** Takes a request as bytes; what they mean is read later, where an error can be answered. */
  static final MethodDescriptor.Marshaller<byte[]> REQUESTS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] request) {
          return new ByteArrayInputStream(request);
        }

        @Override
        public byte[] parse(InputStream in) {
          try {
            byte[] own = own(in);
            if (own != null) {
              return own;
            }
            // What is available is all of it, as a rule. In one piece: readAllBytes and its like
            // read 8 KiB at a time, and copy them together.
            byte[] most = new byte[in.available()];
            int size = in.readNBytes(most, 0, most.length);
            if (size == most.length && in.available() == 0 && size > 0) {
              return most;
            }
            byte[] rest = in.readAllBytes();
            byte[] all = Arrays.copyOf(most, size + rest.length);
            System.arraycopy(rest, 0, all, size, rest.length);
            return all;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  /** The message's own array, if it came in one. */
  private static byte @Nullable [] own(InputStream in) {
    if (in instanceof HasByteBuffer has && has.byteBufferSupported()) {
      ByteBuffer bytes = has.getByteBuffer();
      if (bytes != null && bytes.hasArray() && bytes.arrayOffset() == 0) {
        byte[] array = bytes.array();
        return array.length == bytes.remaining() ? array : null;
      }
    }
    return null;
  }
}
