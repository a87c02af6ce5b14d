package dev.lish.check;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The template of a path that is to match, such as {@code /users/{id}/**}: parts between slashes,
 * each a glob, a variable or a text, as Envoy's {@code uri_template_lib} reads it.
 */
final class MatchTemplate {
  private static final int MOST_VARIABLES = 5;
  private static final int LONGEST_NAME = 16;
  private static final String EMPTY_PART = "no empty part between slashes";

  /** Of a variable. */
  static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]*");

  private static final Pattern TEXT = Pattern.compile("[-a-zA-Z0-9._~%!$&'()+,;:@=*]+");
  private static final Pattern GLOB = Pattern.compile("\\*\\*?");

  /** What a part starts with; behind a text there is nothing more before the next slash. */
  private static final Pattern PART = Pattern.compile("(\\*\\*?)|\\{([^}]*)}|[^/]*");

  private final Set<String> names = new HashSet<>();
  private boolean afterTextGlob;

  private MatchTemplate() {}

  /** What is expected instead; empty: Envoys take it. */
  static Optional<String> wrong(String template) {
    return template.startsWith("/")
        ? new MatchTemplate().parts(template.substring(1))
        : Optional.of("a slash at the start");
  }

  private Optional<String> parts(String template) {
    String rest = template;
    while (!rest.isEmpty()) {
      Matcher part = PART.matcher(rest);
      if (!part.lookingAt()) {
        throw new IllegalStateException("a part can be any text: " + rest);
      }
      Optional<String> wrong =
          part.group(2) != null ? variable(part.group(2)) : segment(part.group());
      if (wrong.isPresent()) {
        return wrong;
      }
      rest = rest.substring(part.end());
      if (!rest.isEmpty() && rest.charAt(0) != '/') {
        return suffix(rest);
      }
      if (rest.equals("/")) {
        return Optional.empty();
      }
      rest = rest.isEmpty() ? rest : rest.substring(1);
    }
    return Optional.empty();
  }

  /** What stands directly behind a glob or a variable. */
  private static Optional<String> suffix(String rest) {
    if (rest.startsWith("{")) {
      return Optional.of("a slash between two variables");
    }
    return rest.indexOf('/') >= 0
        ? Optional.of("a slash, or nothing but text up to the end, behind a glob or a variable")
        : text(rest);
  }

  private Optional<String> variable(String inBraces) {
    String[] sides = inBraces.split("=", 2);
    String name = sides[0];
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      return Optional.of(
          "names of variables of up to %d letters, digits and _".formatted(LONGEST_NAME));
    }
    if (!names.add(name)) {
      return Optional.of("{" + name + "} once");
    }
    if (names.size() > MOST_VARIABLES) {
      return Optional.of("at most %d variables".formatted(MOST_VARIABLES));
    }
    if (sides.length == 1) {
      return glob("*");
    }
    if (sides[1].isEmpty()) {
      return Optional.of("{%s} or {%s=*}".formatted(name, name));
    }
    for (String part : sides[1].split("/", -1)) {
      boolean isGlob = GLOB.matcher(part).matches();
      if (!isGlob && part.startsWith("*")) {
        return Optional.of("nothing behind a glob within a variable");
      }
      Optional<String> wrong = segment(part);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private Optional<String> segment(String part) {
    return GLOB.matcher(part).matches() ? glob(part) : text(part);
  }

  private Optional<String> glob(String glob) {
    if (afterTextGlob) {
      return Optional.of("no glob and no variable behind **");
    }
    afterTextGlob = glob.equals("**");
    return Optional.empty();
  }

  private static Optional<String> text(String text) {
    if (text.isEmpty()) {
      return Optional.of(EMPTY_PART);
    }
    if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
      return Optional.of("braces in pairs, from slash to slash, and none within others");
    }
    return TEXT.matcher(text).matches()
        ? Optional.empty()
        : Optional.of("characters that a path can have, and no query");
  }
}
