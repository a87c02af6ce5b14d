package dev.lish.serve;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;

/**
 * A response on the wire: bytes shared with other streams, then the stream's own nonce.
 *
 * @param shared never written to
 * @param own the end of the message
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, and never compared
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
            return in.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static final class Bytes extends SequenceInputStream implements KnownLength, Drainable {
    private final Response response;
    private int left;

    Bytes(Response response) {
      super(new ByteArrayInputStream(response.shared), new ByteArrayInputStream(response.own));
      this.response = response;
      left = response.size();
    }

    @Override
    public int available() {
      return left;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      left -= read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      left -= Math.max(read, 0);
      return read;
    }

    @Override
    public int drainTo(OutputStream out) throws IOException {
      if (left < response.size()) {
        throw new IllegalStateException("some of it was read already");
      }
      out.write(response.shared);
      out.write(response.own);
      left = 0;
      return response.size();
    }
  }
}
