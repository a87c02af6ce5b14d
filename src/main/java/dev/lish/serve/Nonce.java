package dev.lish.serve;

/**
 * Nonces: a stream counts its responses from 1, and writes the count to the base of 36. Read and
 * written as bytes, since each response has one and each answer repeats it.
 */
final class Nonce {
  /** There is no nonce. */
  static final long NONE = 0;

  /** One that no stream gives. */
  static final long FOREIGN = -1;

  private static final int FIELD = 5; // of DiscoveryResponse and DeltaDiscoveryResponse
  private static final int RADIX = Character.MAX_RADIX;

  /** 36 to the power of it is less than the largest number. */
  private static final int MOST_DIGITS = 12;

  private Nonce() {}

  /** The field of a response that ends it. */
  static byte[] field(long nonce) {
    int digits = 1;
    for (long rest = nonce / RADIX; rest > 0; rest /= RADIX) {
      digits++;
    }
    byte[] bytes = new byte[digits + 2];
    bytes[0] = FIELD << 3 | 2;
    bytes[1] = (byte) digits;
    long rest = nonce;
    for (int i = digits + 1; i > 1; i--) {
      int digit = (int) (rest % RADIX);
      bytes[i] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
      rest /= RADIX;
    }
    return bytes;
  }

  /** What a request repeats: {@link #NONE} when it is empty. */
  static long read(byte[] bytes, int at, int length) {
    if (length > MOST_DIGITS || (length > 0 && bytes[at] == '0')) {
      return FOREIGN;
    }
    long nonce = NONE;
    for (int i = at; i < at + length; i++) {
      int digit = digit(bytes[i]);
      if (digit < 0) {
        return FOREIGN;
      }
      nonce = nonce * RADIX + digit;
    }
    return nonce;
  }

  private static int digit(byte character) {
    if (character >= '0' && character <= '9') {
      return character - '0';
    }
    return character >= 'a' && character <= 'z' ? character - 'a' + 10 : -1;
  }
}
