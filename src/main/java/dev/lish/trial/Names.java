package dev.lish.trial;

import dev.lish.trial.wire.Name;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Makes up names that meet what Envoy expects of the names in a certificate. Pure. */
final class Names {
  private static final String FILLING = "test";

  private Names() {}

  /** A name that meets it; empty: none can be made up. */
  static Optional<Name> meeting(SubjectAltNameMatcher matcher) {
    Optional<Name.Kind> kind =
        switch (matcher.getSanType()) {
          case DNS -> Optional.of(Name.Kind.DNS);
          case URI -> Optional.of(Name.Kind.URI);
          case EMAIL -> Optional.of(Name.Kind.EMAIL);
          case IP_ADDRESS -> Optional.of(Name.Kind.IP);
          default -> Optional.empty();
        };
    return kind.flatMap(k -> text(matcher.getMatcher()).flatMap(text -> name(k, text)));
  }

  private static Optional<Name> name(Name.Kind kind, String text) {
    try {
      return Optional.of(new Name(kind, text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A text that meets it; empty: none can be made up. */
  static Optional<String> text(StringMatcher matcher) {
    return switch (matcher.getMatchPatternCase()) {
      case EXACT -> Optional.of(matcher.getExact());
      case PREFIX -> Optional.of(matcher.getPrefix() + FILLING);
      case SUFFIX ->
          // A name that begins with a dot is no name of a host.
          Optional.of((matcher.getSuffix().startsWith(".") ? FILLING : "") + matcher.getSuffix());
      case CONTAINS -> Optional.of(matcher.getContains());
      case SAFE_REGEX -> matching(matcher.getSafeRegex().getRegex());
      default -> Optional.empty();
    };
  }

  /** Of the plain expressions that people write for names; whether it fits is tried out. */
  private static Optional<String> matching(String expression) {
    String text =
        expression
            .replaceAll("^\\^|\\$$", "")
            .replaceAll("(\\.|\\[[^\\]]*\\]|\\\\w)[*+]\\??", FILLING)
            .replaceAll("\\(([^()|]*)(\\|[^()]*)?\\)", "$1")
            .replaceAll("\\\\([^A-Za-z0-9])", "$1");
    try {
      return Pattern.compile(expression).matcher(text).matches()
          ? Optional.of(text)
          : Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }
}
