package dev.lish.transport;

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

  /** The prefix and what is there of its message; empty between two. */
  private byte[] part = NONE;

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

  /**
   * Takes what has come.
   *
   * @param each told of each message, which it has to read before it returns
   * @return what is not to be read here: the first message that is compressed, or too large, and
   *     all that comes after it. To be released
   */
  ByteBuf read(ByteBuf data, Consumer<InputStream> each) {
    while (!foreign && data.isReadable()) {
      if (have == 0 && whole(data)) {
        int length = data.getInt(data.readerIndex() + 1);
        each.accept(new ByteBufInputStream(data.skipBytes(PREFIX).readSlice(length)));
      } else {
        append(data);
        if (have >= PREFIX && !plain(part[0], length())) {
          foreign = true;
        } else if (have == needed()) {
          InputStream message = new ByteArrayInputStream(part, PREFIX, have - PREFIX);
          part = NONE;
          have = 0;
          each.accept(message);
        }
      }
    }
    return foreign ? rest(data) : Unpooled.EMPTY_BUFFER;
  }

  private ByteBuf rest(ByteBuf data) {
    ByteBuf begun = Unpooled.wrappedBuffer(part, 0, have);
    part = NONE;
    have = 0;
    return Unpooled.wrappedBuffer(begun, data.readRetainedSlice(data.readableBytes()));
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
    return ByteBuffer.wrap(part).getInt(1);
  }

  /**
   * Bytes of the message that has begun, with its prefix; until that is there, the prefix alone.
   */
  private int needed() {
    return have < PREFIX ? PREFIX : PREFIX + length();
  }

  private void append(ByteBuf data) {
    int needed = needed();
    int size = Math.min(data.readableBytes(), needed - have);
    if (have + size > part.length) {
      int most = Math.max(MOST_AHEAD, 2 * part.length);
      part = Arrays.copyOf(part, Math.max(have + size, Math.min(needed, most)));
    }
    data.readBytes(part, have, size);
    have += size;
  }
}
