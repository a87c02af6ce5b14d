package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
import com.google.re2j.Pattern;
import io.envoyproxy.pgv.validate.Validate.KnownRegex;
import io.envoyproxy.pgv.validate.Validate.StringRules;
import java.util.Optional;

/** The rules of texts: {@code validate.StringRules}. */
final class TextConstraint implements Constraint {
  private final StringRules rules;
  private final Optional<Pattern> pattern;

  TextConstraint(StringRules rules) {
    this.rules = rules;
    this.pattern =
        rules.hasPattern() ? Optional.of(Pattern.compile(rules.getPattern())) : known(rules);
  }

  /** The expressions that validate.proto gives for names and values of headers. */
  private static Optional<Pattern> known(StringRules rules) {
    boolean strict = rules.getStrict();
    KnownRegex regex = rules.getWellKnownRegex();
    if (regex == KnownRegex.HTTP_HEADER_NAME) {
      String name = strict ? "^:?[0-9a-zA-Z!#$%&'*+\\-.^_|~`]+$" : "^[^\\x00\\n\\r]+$";
      return Optional.of(Pattern.compile(name));
    }
    if (regex == KnownRegex.HTTP_HEADER_VALUE) {
      String value = strict ? "^[^\\x00-\\x08\\n-\\x1f\\x7f]*$" : "^[^\\x00\\n\\r]*$";
      return Optional.of(Pattern.compile(value));
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> broken(Object value) {
    String text = (String) value;
    if (text.isEmpty() && rules.getIgnoreEmpty()) {
      return Optional.empty();
    }
    return expected(text).flatMap(expected -> Constraint.found(text, expected));
  }

  private Optional<String> expected(String text) {
    return length(text).or(() -> content(text)).or(() -> kind(text)).or(() -> matching(text));
  }

  private Optional<String> length(String text) {
    int characters = text.codePointCount(0, text.length());
    int bytes = text.getBytes(UTF_8).length;
    if (text.isEmpty() && (rules.getMinLen() > 0 || rules.getMinBytes() > 0)) {
      return Optional.of("some text");
    }
    return Bounds.of(rules.hasMinLen(), rules.getMinLen(), rules.hasMaxLen(), rules.getMaxLen())
        .expected(characters, "characters")
        .or(() -> exact(rules.hasLen(), rules.getLen(), characters, "characters"))
        .or(
            () ->
                Bounds.of(
                        rules.hasMinBytes(),
                        rules.getMinBytes(),
                        rules.hasMaxBytes(),
                        rules.getMaxBytes())
                    .expected(bytes, "bytes"))
        .or(() -> exact(rules.hasLenBytes(), rules.getLenBytes(), bytes, "bytes"));
  }

  private static Optional<String> exact(boolean is, long expected, int found, String unit) {
    return is && found != expected ? Optional.of(expected + " " + unit) : Optional.empty();
  }

  private Optional<String> content(String text) {
    if (rules.hasConst() && !text.equals(rules.getConst())) {
      return Optional.of("\"" + rules.getConst() + "\"");
    }
    if (!text.startsWith(rules.getPrefix())) {
      return Optional.of("a text that starts with \"" + rules.getPrefix() + "\"");
    }
    if (!text.endsWith(rules.getSuffix())) {
      return Optional.of("a text that ends in \"" + rules.getSuffix() + "\"");
    }
    if (!text.contains(rules.getContains())) {
      return Optional.of("a text with \"" + rules.getContains() + "\"");
    }
    if (rules.hasNotContains() && text.contains(rules.getNotContains())) {
      return Optional.of("a text without \"" + rules.getNotContains() + "\"");
    }
    if (rules.getInCount() > 0 && !rules.getInList().contains(text)) {
      return Optional.of("one of \"" + String.join("\", \"", rules.getInList()) + "\"");
    }
    return rules.getNotInList().contains(text)
        ? Optional.of("none of \"" + String.join("\", \"", rules.getNotInList()) + "\"")
        : Optional.empty();
  }

  private Optional<String> kind(String text) {
    if ((rules.getIp() || rules.getIpv4() || rules.getIpv6())
        && !InetAddresses.isInetAddress(text)) {
      return Optional.of("an IP address");
    }
    if (rules.getHostname() && !InternetDomainName.isValid(text)) {
      return Optional.of("a host name");
    }
    return rules.getAddress()
            && !InetAddresses.isInetAddress(text)
            && !InternetDomainName.isValid(text)
        ? Optional.of("a host name or an IP address")
        : Optional.empty();
  }

  private Optional<String> matching(String text) {
    // The expression for names of headers wants a character, and Envoy takes none all the same.
    boolean none = text.isEmpty() && rules.hasWellKnownRegex();
    if (none || pattern.isEmpty() || pattern.get().matcher(text).find()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (rules.getWellKnownRegex()) {
          case HTTP_HEADER_NAME -> "the name of a header";
          case HTTP_HEADER_VALUE -> "the value of a header";
          default -> "a text that matches " + rules.getPattern();
        });
  }

  /** How many there may be of something. */
  record Bounds(long least, long most) {
    static Bounds of(boolean hasLeast, long least, boolean hasMost, long most) {
      return new Bounds(hasLeast ? least : 0, hasMost ? most : Long.MAX_VALUE);
    }

    /** What is expected, when so many are not within. */
    Optional<String> expected(long found, String unit) {
      if (found >= least && found <= most) {
        return Optional.empty();
      }
      return Optional.of((found < least ? "at least " + least : "at most " + most) + " " + unit);
    }
  }
}
