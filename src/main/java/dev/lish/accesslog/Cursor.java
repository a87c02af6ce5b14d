package dev.lish.accesslog;

import com.google.protobuf.WireFormat;
import java.io.IOException;

/** Walks over protobuf's wire format in an array; nothing is copied. */
final class Cursor {
  private static final int MAX_VARINT_BYTES = 10;

  final byte[] bytes;

  /** The next byte. */
  int at;

  Cursor(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A varint that ends before {@code end}. */
  long varint(int end) throws IOException {
    int first = at < end ? bytes[at] : 0;
    if (first > 0) {
      at++;
      return first;
    }
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      if (at >= end) {
        throw new IOException("a number that does not end");
      }
      byte part = bytes[at++];
      value |= (part & 0x7fL) << (7 * i);
      if (part >= 0) {
        return value;
      }
    }
    throw new IOException("a number of more than ten bytes");
  }

  int tag(int end) throws IOException {
    long tag = varint(end);
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw new IOException("no field has the number " + (tag >>> 3));
    }
    return (int) tag;
  }

  /** Reads a length; gives the place where what follows ends. */
  int block(int end) throws IOException {
    long length = varint(end);
    if (length < 0 || length > end - at) {
      throw new IOException("a field of " + length + " bytes where " + (end - at) + " are left");
    }
    return at + (int) length;
  }

  /** Goes on behind the field that has this tag. */
  void skip(int tag, int end) throws IOException {
    switch (tag & 7) {
      case WireFormat.WIRETYPE_VARINT -> varint(end);
      case WireFormat.WIRETYPE_FIXED64 -> advance(8, end);
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> at = block(end);
      case WireFormat.WIRETYPE_FIXED32 -> advance(4, end);
      case WireFormat.WIRETYPE_START_GROUP -> skipGroup(tag, end);
      default -> throw new IOException("no field has the wire type " + (tag & 7));
    }
  }

  private void advance(int count, int end) throws IOException {
    if (end - at < count) {
      throw new IOException("a field of " + count + " bytes where " + (end - at) + " are left");
    }
    at += count;
  }

  /** Groups in groups are followed without recursion, since the depth comes from the network. */
  private void skipGroup(int start, int end) throws IOException {
    int depth = 1;
    int last = start;
    while (depth > 0) {
      last = tag(end);
      if ((last & 7) == WireFormat.WIRETYPE_START_GROUP) {
        depth++;
      } else if ((last & 7) == WireFormat.WIRETYPE_END_GROUP) {
        depth--;
      } else {
        skip(last, end);
      }
    }
    if (last >>> 3 != start >>> 3) {
      throw new IOException("a group that ends as another");
    }
  }
}
