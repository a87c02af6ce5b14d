package dev.lish.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses which known word a mistyped one was meant to be. */
final class Nearest {
  private Nearest() {}

  /** The known word with the fewest changed letters, if few enough. */
  static Optional<String> of(String word, Collection<String> known) {
    int most = word.length() <= 3 ? 1 : Math.max(2, word.length() / 3);
    return known.stream()
        .filter(k -> distance(word, k) <= most)
        .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k));
  }

  /** The Levenshtein distance: letters to put, take or change. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
