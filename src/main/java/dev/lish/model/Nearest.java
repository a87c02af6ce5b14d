package dev.lish.model;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the name that was probably meant. */
public final class Nearest {
  private Nearest() {}

  /** The candidate that is nearest to the word, if any is near; the first by name of several. */
  public static Optional<String> of(String word, Collection<String> candidates) {
    String best = "";
    // A third of the word may be wrong, at least one letter and at most four.
    int limit = Math.max(1, Math.min(4, word.length() / 3)) + 1;
    String folded = word.toLowerCase(Locale.ROOT);
    for (String candidate : new TreeSet<>(candidates)) {
      int distance = distance(folded, candidate.toLowerCase(Locale.ROOT), limit);
      if (distance < limit) {
        limit = distance;
        best = candidate;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** {@code ; did you mean "x"?}, or nothing. */
  public static String question(String word, Collection<String> candidates) {
    return of(word, candidates).map(near -> "; did you mean \"" + near + "\"?").orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
