package dev.lish.serve;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 128 bits over a list of byte strings: tells quickly that a list is the one that the same client
 * sent before. Not cryptographic; a client that forges a collision only fools itself.
 */
final class Fingerprint {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long P = 0x9E3779B97F4A7C15L;
  private static final long Q = 0xC2B2AE3D27D4EB4FL;

  private long first = P;
  private long second = Q;

  /** Takes in one more string. */
  void add(byte[] bytes, int at, int length) {
    long a = first ^ length;
    long b = second + length;
    int i = at;
    for (int end = at + length - 7; i < end; i += 8) {
      long word = (long) LONG.get(bytes, i);
      a = Long.rotateLeft((a ^ word) * P, 29);
      b = Long.rotateLeft((b + word) * Q, 31);
    }
    long rest = 0;
    for (int end = at + length; i < end; i++) {
      rest = rest << 8 | (bytes[i] & 0xff);
    }
    first = Long.rotateLeft((a ^ rest) * P, 27);
    second = Long.rotateLeft((b + rest) * Q, 33);
  }

  boolean sameAs(Fingerprint other) {
    return first == other.first && second == other.second;
  }
}
