package dev.lish.trial.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Writes the few kinds of DER (ITU-T X.690) that a certificate is made of. */
final class Der {
  private static final int CONSTRUCTED = 0x20;
  private static final int CONTEXT = 0x80;
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return tagged(0x30, parts);
  }

  static byte[] set(byte[]... parts) {
    return tagged(0x31, parts);
  }

  static byte[] bool(boolean value) {
    return tagged(0x01, new byte[] {(byte) (value ? 0xff : 0)});
  }

  static byte[] integer(BigInteger value) {
    return tagged(0x02, value.toByteArray());
  }

  /**
   * @param unused how many bits at the end mean nothing
   */
  static byte[] bitString(int unused, byte[] bits) {
    return tagged(0x03, new byte[] {(byte) unused}, bits);
  }

  static byte[] octetString(byte[] octets) {
    return tagged(0x04, octets);
  }

  static byte[] text(String text) {
    return tagged(0x0c, text.getBytes(UTF_8));
  }

  /** Before the year 2050, from which on RFC 5280 (4.1.2.5) wants another kind. */
  static byte[] time(Instant instant) {
    return tagged(0x17, UTC_TIME.format(instant).getBytes(US_ASCII));
  }

  /**
   * @param dotted such as 2.5.29.17
   */
  static byte[] oid(String dotted) {
    int[] numbers =
        java.util.Arrays.stream(dotted.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(numbers[0] * 40 + numbers[1]);
    for (int i = 2; i < numbers.length; i++) {
      // Seven bits a byte, the highest first; all but the last have the eighth bit.
      for (int shift = 28; shift > 0; shift -= 7) {
        if (numbers[i] >> shift != 0) {
          out.write(0x80 | (numbers[i] >> shift & 0x7f));
        }
      }
      out.write(numbers[i] & 0x7f);
    }
    return tagged(0x06, out.toByteArray());
  }

  /** A field of this number that has other fields. */
  static byte[] field(int number, byte[]... parts) {
    return tagged(CONTEXT | CONSTRUCTED | number, parts);
  }

  /** A field of this number that is a plain value. */
  static byte[] plainField(int number, byte[] value) {
    return tagged(CONTEXT | number, value);
  }

  private static byte[] tagged(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] bytes = BigInteger.valueOf(length).toByteArray();
      int from = bytes[0] == 0 ? 1 : 0;
      out.write(0x80 | (bytes.length - from));
      out.write(bytes, from, bytes.length - from);
    }
    for (byte[] part : parts) {
      out.write(part, 0, part.length);
    }
    return out.toByteArray();
  }
}
