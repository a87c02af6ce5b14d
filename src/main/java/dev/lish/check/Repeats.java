package dev.lish.check;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often the most repeated part of a regular expression may come, by counts such as {@code
 * {1,20}} within each other. RE2 refuses more than a thousand ({@code RepetitionWalker} in its
 * parser); RE2/J looks at each count by itself.
 */
final class Repeats {
  static final long MOST = 1000;
  private static final Pattern COUNT = Pattern.compile("\\{(\\d+)(,(\\d*))?\\}");

  private Repeats() {}

  /** The product of the counts, of an expression that parses; bounded, so that it fits. */
  static long most(String regex) {
    // For each group that is open the largest product within, and that of its last part.
    Deque<long[]> open = new ArrayDeque<>();
    open.push(new long[] {1, 1});
    Matcher count = COUNT.matcher(regex);
    for (int i = 0; i < regex.length(); i++) {
      char letter = regex.charAt(i);
      if (letter == '(') {
        open.push(new long[] {1, 1});
      } else if (letter == ')' && open.size() > 1) {
        part(open, open.pop()[0]);
      } else if (letter == '{' && count.region(i, regex.length()).lookingAt()) {
        long[] group = open.element();
        group[1] = Math.min(group[1] * times(count), Integer.MAX_VALUE);
        group[0] = Math.max(group[0], group[1]);
        i = count.end() - 1;
      } else if ("*+?".indexOf(letter) < 0) {
        part(open, 1);
        i = letter == '\\' ? i + 1 : letter == '[' ? lastOfClass(regex, i) : i;
      }
    }
    return open.getLast()[0];
  }

  private static void part(Deque<long[]> open, long product) {
    long[] group = open.element();
    group[1] = product;
    group[0] = Math.max(group[0], product);
  }

  private static long times(Matcher count) {
    String most =
        count.group(3) == null || count.group(3).isEmpty() ? count.group(1) : count.group(3);
    return Math.max(1, Long.parseLong(most));
  }

  private static int lastOfClass(String regex, int from) {
    int at = from + 1;
    at += at < regex.length() && regex.charAt(at) == '^' ? 1 : 0;
    // A bracket that comes first is a letter of the class.
    at += at < regex.length() && regex.charAt(at) == ']' ? 1 : 0;
    for (; at < regex.length() && regex.charAt(at) != ']'; at++) {
      if (regex.charAt(at) == '\\') {
        at++;
      } else if (regex.startsWith("[:", at)) {
        at = Math.max(at, regex.indexOf(":]", at) + 1);
      }
    }
    return at;
  }
}
