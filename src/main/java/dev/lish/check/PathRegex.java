package dev.lish.check;

import java.util.Set;

/**
 * What a regular expression surely says of the paths that it takes. Envoy wants the whole path,
 * without query and fragment, to match ({@code RegexPathMatcher}: RE2's full match), so {@code
 * /a.*} takes what a prefix {@code /a} takes.
 *
 * @param start what every path begins with that it takes; empty: that cannot be told
 * @param takes which of the paths that begin so
 */
record PathRegex(String start, Takes takes) {
  /** Which paths of those with the start. */
  enum Takes {
    /** All. */
    ALL,
    /** The start itself, and what follows it after a slash. */
    FOLDERS,
    /** The start itself. */
    ONE,
    /** That cannot be told. */
    SOME
  }

  private static final String META = ".[](){}|*+?^$\\";
  private static final Set<String> ANYTHING = Set.of(".*", "(.*)", "(?:.*)");
  private static final Set<String> SOMETHING = Set.of(".+", "(.+)", "(?:.+)");
  private static final Set<String> BELOW =
      Set.of("(/.*)?", "(?:/.*)?", "($|/.*)", "(/.*|$)", "(?:/|$).*", "(/|$).*");

  static PathRegex of(String regex) {
    if (hasAlternatives(regex)) {
      return new PathRegex("", Takes.SOME);
    }
    StringBuilder start = new StringBuilder();
    int at = regex.startsWith("^") ? 1 : 0;
    int before = at;
    while (at < regex.length()) {
      boolean escaped = regex.charAt(at) == '\\';
      int letter = escaped ? at + 1 : at;
      // What follows a backslash and is a letter or a digit stands for something else.
      if (letter == regex.length()
          || (escaped
              ? Character.isLetterOrDigit(regex.charAt(letter))
              : META.indexOf(regex.charAt(letter)) >= 0)) {
        break;
      }
      before = at;
      start.append(regex.charAt(letter));
      at = letter + 1;
    }
    if (start.length() > 0 && at < regex.length() && "*?{+".indexOf(regex.charAt(at)) >= 0) {
      // It is about the last letter, which may be there several times, or not at all.
      start.setLength(start.length() - 1);
      at = before;
    }
    String rest = regex.substring(at);
    return of(start.toString(), rest.endsWith("$") ? rest.substring(0, rest.length() - 1) : rest);
  }

  private static PathRegex of(String start, String rest) {
    if (ANYTHING.contains(rest)) {
      return new PathRegex(start, Takes.ALL);
    } else if (SOMETHING.contains(rest) && start.isEmpty()) {
      // No path is empty.
      return new PathRegex(start, Takes.ALL);
    } else if (BELOW.contains(rest)) {
      return new PathRegex(start, Takes.FOLDERS);
    }
    return new PathRegex(start, rest.isEmpty() ? Takes.ONE : Takes.SOME);
  }

  /** True when a bar stands outside of all brackets, so that nothing is true of the whole. */
  private static boolean hasAlternatives(String regex) {
    int depth = 0;
    for (int i = 0; i < regex.length(); i++) {
      switch (regex.charAt(i)) {
        case '\\' -> i++;
        case '[' -> i = lastOfClass(regex, i);
        case '(' -> depth++;
        case ')' -> depth--;
        case '|' -> {
          if (depth == 0) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /** Where the bracket is that closes a class; a bracket at its beginning is one of its letters. */
  private static int lastOfClass(String regex, int from) {
    int at = from + 1;
    if (at < regex.length() && regex.charAt(at) == '^') {
      at++;
    }
    int first = at;
    while (at < regex.length() && (at == first || regex.charAt(at) != ']')) {
      at += regex.charAt(at) == '\\' ? 2 : 1;
    }
    return at;
  }
}
