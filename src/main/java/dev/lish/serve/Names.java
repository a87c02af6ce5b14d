package dev.lish.serve;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import java.util.Arrays;

/**
 * The names of a state-of-the-world request, as its fields lie on the wire: each answer repeats all
 * of them, so they are compared as bytes, and made into strings when they are others than before.
 */
final class Names {
  static final Names NONE = new Names(new byte[0], 0);

  /** Other fields lay between them: no request repeats these. */
  static final Names SCATTERED = new Names(new byte[0], -1);

  /** Thousands of streams ask for the same names: their bytes are there once. */
  private static final Interner<Names> SHARED = Interners.newWeakInterner();

  private final byte[] bytes;
  private final int count;

  private Names(byte[] bytes, int count) {
    this.bytes = bytes;
    this.count = count;
  }

  /** The names in these bytes of a message; copied. */
  static Names of(byte[] message, int from, int to, int count) {
    return count == 0
        ? NONE
        : SHARED.intern(new Names(Arrays.copyOfRange(message, from, to), count));
  }

  int count() {
    return count;
  }

  /** In bytes. */
  int length() {
    return bytes.length;
  }

  /** True when the message has just these bytes from there on. */
  boolean at(byte[] message, int from) {
    int to = from + bytes.length;
    return to <= message.length && Arrays.equals(message, from, to, bytes, 0, bytes.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Names that && count == that.count && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
