package dev.lish.trial.wire;

/**
 * A name in a certificate, a "subject alternative name".
 *
 * @param kind which sort
 * @param text such as {@code api.example} or {@code spiffe://mesh.example/edge}
 */
public record Name(Kind kind, String text) {
  /** The sorts that certificates of tests can have. */
  public enum Kind {
    DNS,
    URI,
    EMAIL,
    IP
  }

  /** Checks addresses. */
  public Name {
    if (kind == Kind.IP && !isAddress(text)) {
      throw new IllegalArgumentException("IP: " + text + " (expected: an address)");
    }
  }

  /** The kind is told by the text: a URI has {@code ://}, a mail address an {@code @}. */
  public static Name of(String text) {
    if (text.contains("://")) {
      return new Name(Kind.URI, text);
    } else if (text.contains("@")) {
      return new Name(Kind.EMAIL, text);
    }
    return new Name(isAddress(text) ? Kind.IP : Kind.DNS, text);
  }

  private static boolean isAddress(String text) {
    return com.google.common.net.InetAddresses.isInetAddress(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
