package dev.lish.render;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern over paths of mesh files: {@code *} and {@code ?} within a folder's or file's name,
 * {@code **} across folders, and a {@code **} between slashes also matches no folder at all.
 */
final class Glob {
  private enum Kind {
    CHARACTER,
    ONE,
    SOME,
    ACROSS,
    FOLDERS
  }

  private record Part(Kind kind, char character) {}

  private final String text;
  private final String literal;

  /** True for {@code folder/**}, which is what most are: the literal decides. */
  private final boolean anything;

  private final List<Part> parts = new ArrayList<>();

  Glob(String text) {
    this.text = text;
    int special = 0;
    while (special < text.length() && text.charAt(special) != '*' && text.charAt(special) != '?') {
      special++;
    }
    this.literal = text.substring(0, special);
    this.anything = text.substring(special).equals("**");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean begins = i == 0 || text.charAt(i - 1) == '/';
      if (begins && text.startsWith("**/", i)) {
        parts.add(new Part(Kind.FOLDERS, c));
        i += 2;
      } else if (text.startsWith("**", i)) {
        parts.add(new Part(Kind.ACROSS, c));
        i++;
      } else {
        Kind kind = c == '*' ? Kind.SOME : c == '?' ? Kind.ONE : Kind.CHARACTER;
        parts.add(new Part(kind, c));
      }
    }
  }

  /** True when the whole path fits; in time proportional to both lengths. */
  boolean matches(String path) {
    if (!path.startsWith(literal)) {
      return false;
    }
    if (anything) {
      return true;
    }
    int length = path.length();
    // reached[i]: the parts so far can match the first i characters.
    boolean[] reached = new boolean[length + 1];
    reached[0] = true;
    for (Part part : parts) {
      boolean[] next = new boolean[length + 1];
      boolean open = false;
      for (int i = 0; i <= length; i++) {
        char before = i == 0 ? '/' : path.charAt(i - 1);
        switch (part.kind) {
          case CHARACTER -> next[i] = i > 0 && reached[i - 1] && before == part.character;
          case ONE -> next[i] = i > 0 && reached[i - 1] && before != '/';
          case SOME -> {
            open = reached[i] || (open && before != '/');
            next[i] = open;
          }
          case ACROSS -> {
            open |= reached[i];
            next[i] = open;
          }
          case FOLDERS -> {
            next[i] = reached[i] || (open && before == '/');
            open |= reached[i];
          }
        }
      }
      reached = next;
    }
    return reached[length];
  }

  @Override
  public String toString() {
    return text;
  }
}
