package dev.lish.transport;

import io.grpc.HasByteBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Puts together the messages of one stream from its DATA frames, however they are cut ("DATA frame
 * boundaries have no relation to Length-Prefixed-Message boundaries", gRPC over HTTP/2). A message
 * that came whole, as nearly all do, is read where it lies.
 */
final class Assembly {
  /** Bytes before a message: whether it is compressed, and its length (gRPC over HTTP/2). */
  static final int PREFIX = 5;

  /** What the first of them says of a message that is not. */
  static final byte PLAIN = 0;

  /** Bytes that are held ready for what a peer only says to be coming. */
  private static final int MOST_AHEAD = 64 << 10;

  private static final byte[] NONE = {};

  private final int mostBytes;
  private final byte[] prefix = new byte[PREFIX];

  /** Bytes of the prefix that are there; none between two messages. */
  private int begun;

  /** What is there of the message, in an array that becomes just as long as it is. */
  private byte[] body = NONE;

  private int have;

  /** All that comes is for others. */
  private boolean foreign;

  /**
   * Nothing has come yet.
   *
   * @param mostBytes of a message
   */
  Assembly(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** A message that was put together; its array is the reader's to keep. */
  private static final class Whole extends ByteArrayInputStream implements HasByteBuffer {
    Whole(byte[] message) {
      super(message);
    }

    @Override
    public boolean byteBufferSupported() {
      return true;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return ByteBuffer.wrap(buf, pos, count - pos);
    }
  }

  /**
   * Takes what has come.
   *
   * @param each told of each message, which it has to read before it returns
   * @return what is not to be read here: the first message that is compressed, or too large, and
   *     all that comes after it. To be released
   */
  ByteBuf read(ByteBuf data, Consumer<InputStream> each) {
    while (!foreign && data.isReadable()) {
      if (begun == 0 && whole(data)) {
        int length = data.getInt(data.readerIndex() + 1);
        each.accept(new ByteBufInputStream(data.skipBytes(PREFIX).readSlice(length)));
      } else if (begun < PREFIX) {
        int size = Math.min(data.readableBytes(), PREFIX - begun);
        data.readBytes(prefix, begun, size);
        begun += size;
        foreign = begun == PREFIX && !plain(prefix[0], length());
      } else {
        append(data);
      }
      if (!foreign && begun == PREFIX && have == length()) {
        byte[] message = body;
        begin();
        each.accept(new Whole(message));
      }
    }
    return foreign ? rest(data) : Unpooled.EMPTY_BUFFER;
  }

  private void begin() {
    begun = 0;
    body = NONE;
    have = 0;
  }

  private ByteBuf rest(ByteBuf data) {
    ByteBuf first = Unpooled.copiedBuffer(prefix, 0, begun);
    begin();
    return Unpooled.wrappedBuffer(first, data.readRetainedSlice(data.readableBytes()));
  }

  private boolean whole(ByteBuf data) {
    if (data.readableBytes() < PREFIX) {
      return false;
    }
    int length = data.getInt(data.readerIndex() + 1);
    return plain(data.getByte(data.readerIndex()), length)
        && data.readableBytes() - PREFIX >= length;
  }

  private boolean plain(byte compressed, int length) {
    return compressed == PLAIN && length >= 0 && length <= mostBytes;
  }

  private int length() {
    return ByteBuffer.wrap(prefix).getInt(1);
  }

  private void append(ByteBuf data) {
    int length = length();
    int size = Math.min(data.readableBytes(), length - have);
    if (have + size > body.length) {
      int most = Math.max(MOST_AHEAD, 2 * body.length);
      body = Arrays.copyOf(body, Math.max(have + size, Math.min(length, most)));
    }
    data.readBytes(body, have, size);
    have += size;
  }
}
