package dev.lish.render;

import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects Problems, each once, and of a severity at most {@value #LIMIT} per file and {@value
 * #LINE_LIMIT} per line: a mistake inside a template's loop is one mistake.
 */
final class ProblemSink {
  static final int LIMIT = 100;
  static final int LINE_LIMIT = 5;

  private final Map<String, Kept> errors = new TreeMap<>();
  private final Map<String, Kept> warnings = new TreeMap<>();

  void report(ProblemKind kind, String path, int line, String message) {
    add(Problem.of(kind, path, line, message));
  }

  void add(Problem problem) {
    (problem.isError() ? errors : warnings)
        .computeIfAbsent(problem.path(), path -> new Kept())
        .add(problem);
  }

  boolean hasErrors() {
    return !errors.isEmpty();
  }

  /** Errors reported so far; those beyond the limit count too. */
  int errorCount() {
    return errors.values().stream().mapToInt(kept -> kept.problems.size() + kept.more).sum();
  }

  /** What was collected, by path and line; a last entry per file says how many more there were. */
  List<Problem> sorted() {
    List<Problem> all = new ArrayList<>();
    errors.forEach((path, kept) -> kept.addTo(all));
    warnings.forEach((path, kept) -> kept.addTo(all));
    Collections.sort(all);
    // Line 0 would sort the count before what it counts.
    errors.forEach(
        (path, kept) -> {
          if (kept.more > 0) {
            insertLast(all, more(ProblemKind.MORE_ERRORS, path, kept));
          }
        });
    warnings.forEach(
        (path, kept) -> {
          if (kept.more > 0) {
            insertLast(all, more(ProblemKind.MORE_WARNINGS, path, kept));
          }
        });
    return List.copyOf(all);
  }

  private static Problem more(ProblemKind kind, String path, Kept kept) {
    String what = kind == ProblemKind.MORE_ERRORS ? " more errors" : " more warnings";
    return Problem.of(kind, path, 0, "… and " + kept.more + what);
  }

  private static void insertLast(List<Problem> all, Problem count) {
    int at = all.size();
    while (at > 0 && all.get(at - 1).path().compareTo(count.path()) > 0) {
      at--;
    }
    all.add(at, count);
  }

  /** What a file has of one severity. */
  private static final class Kept {
    final Set<Problem> problems = new LinkedHashSet<>();
    final Map<Integer, Integer> lines = new HashMap<>();
    int more;

    void add(Problem problem) {
      if (problems.contains(problem)) {
        return;
      }
      int onLine = problem.line() == 0 ? 0 : lines.merge(problem.line(), 1, Integer::sum);
      if (problems.size() < LIMIT && onLine <= LINE_LIMIT) {
        problems.add(problem);
      } else {
        more++;
      }
    }

    void addTo(List<Problem> all) {
      all.addAll(problems);
    }
  }
}
