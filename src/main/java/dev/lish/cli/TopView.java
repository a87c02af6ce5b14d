package dev.lish.cli;

import java.util.List;
import java.util.Optional;

/**
 * What {@code lish top} shows, and how.
 *
 * @param sort one of {@link #COLUMNS}
 * @param reversed true: the least first, or the last name
 * @param window one of {@link #WINDOWS}
 * @param versions true: by stage and revision instead of clusters
 */
record TopView(String sort, boolean reversed, String window, boolean versions) {
  static final List<String> WINDOWS = List.of("1m", "5m", "1h");
  static final List<String> COLUMNS = List.of("rate", "errors", "p50", "p95", "p99", "name");

  /** The view after this key, the same for a key without a meaning; empty: it was the last one. */
  Optional<TopView> after(char key) {
    return switch (key) {
      case 's' -> Optional.of(new TopView(next(COLUMNS, sort), reversed, window, versions));
      case 'r' -> Optional.of(new TopView(sort, !reversed, window, versions));
      case 'w' -> Optional.of(new TopView(sort, reversed, next(WINDOWS, window), versions));
      case 'v' -> Optional.of(new TopView(sort, reversed, window, !versions));
      case 'q' -> Optional.empty();
      default -> Optional.of(this);
    };
  }

  private static String next(List<String> all, String now) {
    return all.get((all.indexOf(now) + 1) % all.size());
  }

  /** The keys and what they are set to. */
  String help() {
    return "s sort: "
        + sort
        + "  r reverse"
        + (reversed ? " (on)" : "")
        + "  w window: "
        + window
        + "  v "
        + (versions ? "clusters" : "versions")
        + "  q quit";
  }
}
