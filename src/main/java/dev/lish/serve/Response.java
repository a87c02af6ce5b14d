package dev.lish.serve;

import com.google.protobuf.AbstractMessage;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;

/**
 * A response on the wire: bytes shared with other streams, then the stream's own nonce. It is a
 * protobuf message only so that Armeria writes it right into a buffer of its size: anything else
 * passes through a stream and an array of 8 KiB, which costs more than all the rest of a response.
 */
final class Response extends AbstractMessage {
  private static final Response NONE = new Response(new byte[0], new byte[0]);

  private final byte[] shared;
  private final byte[] own;

  /**
   * A response.
   *
   * @param shared never written to
   * @param own the end of the message
   */
  Response(byte[] shared, byte[] own) {
    this.shared = shared;
    this.own = own;
  }

  int size() {
    return shared.length + own.length;
  }

  @Override
  public int getSerializedSize() {
    return size();
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeRawBytes(shared);
    out.writeRawBytes(own);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Response that
        && Arrays.equals(shared, that.shared)
        && Arrays.equals(own, that.own);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(shared) * 31 + Arrays.hashCode(own);
  }

  /** Hands the bytes over as they are. */
  static final MethodDescriptor.PrototypeMarshaller<Response> MARSHALLER =
      new MethodDescriptor.PrototypeMarshaller<>() {
        @Override
        public InputStream stream(Response response) {
          return new ByteArrayInputStream(response.toByteArray());
        }

        @Override
        public Response parse(InputStream in) {
          throw new UnsupportedOperationException("a server does not read responses");
        }

        @Override
        public Response getMessagePrototype() {
          return NONE;
        }

        @Override
        public Class<Response> getMessageClass() {
          return Response.class;
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

  // It has no fields that protobuf knows of.

  @Override
  public Parser<Empty> getParserForType() {
    return Empty.parser();
  }

  @Override
  public Message.Builder newBuilderForType() {
    return Empty.newBuilder();
  }

  @Override
  public Message.Builder toBuilder() {
    return Empty.newBuilder();
  }

  @Override
  public Message getDefaultInstanceForType() {
    return NONE;
  }

  @Override
  public Descriptor getDescriptorForType() {
    return Empty.getDescriptor();
  }

  @Override
  public Map<FieldDescriptor, Object> getAllFields() {
    return Map.of();
  }

  @Override
  public boolean hasField(FieldDescriptor field) {
    return false;
  }

  @Override
  public Object getField(FieldDescriptor field) {
    throw new IllegalArgumentException(field + " (expected: none)");
  }

  @Override
  public int getRepeatedFieldCount(FieldDescriptor field) {
    return 0;
  }

  @Override
  public Object getRepeatedField(FieldDescriptor field, int index) {
    throw new IllegalArgumentException(field + " (expected: none)");
  }

  @Override
  public UnknownFieldSet getUnknownFields() {
    return UnknownFieldSet.getDefaultInstance();
  }
}
