package dev.lish.model;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A 128-bit hash of content. Hashes can be summed up, in any order, to the hash of a set, so that a
 * set that changes in one member is hashed anew in constant time.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record ContentHash(long high, long low) {
  /** The hash of the empty set. */
  public static final ContentHash EMPTY = new ContentHash(0, 0);

  /** The first 16 bytes of the SHA-256 over the parts, each preceded by its length. */
  public static ContentHash of(byte[]... parts) {
    MessageDigest digest = sha256();
    for (byte[] part : parts) {
      digest.update(ByteBuffer.allocate(4).putInt(0, part.length));
      digest.update(part);
    }
    ByteBuffer sum = ByteBuffer.wrap(digest.digest());
    return new ContentHash(sum.getLong(), sum.getLong());
  }

  /** The hash of the set that has this member too. */
  public ContentHash plus(ContentHash member) {
    long newLow = low + member.low;
    long carry = Long.compareUnsigned(newLow, low) < 0 ? 1 : 0;
    return new ContentHash(high + member.high + carry, newLow);
  }

  /** The hash of the set without this member. */
  public ContentHash minus(ContentHash member) {
    long borrow = Long.compareUnsigned(low, member.low) < 0 ? 1 : 0;
    return new ContentHash(high - member.high - borrow, low - member.low);
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
