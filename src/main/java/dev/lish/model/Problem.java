package dev.lish.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A user's mistake, with its place. Lines count from 1; 0 means the whole file.
 *
 * @param kind what it is about
 * @param severity an error refuses the revision for the stage, a warning does not
 * @param path the file in the mesh folder, without a leading slash, as the operator wrote it
 * @param line the line in that file
 * @param message what was found and what was expected; may have several lines (an excerpt)
 */
public record Problem(ProblemKind kind, Severity severity, String path, int line, String message)
    implements Comparable<Problem> {

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING
  }

  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::path)
          .thenComparingInt(Problem::line)
          .thenComparing(Problem::severity)
          .thenComparing(Problem::message);

  /** A mistake in a mesh folder, as bad as its kind. */
  public static Problem of(ProblemKind kind, String path, int line, String message) {
    return new Problem(kind, kind.severity(), path, line, message);
  }

  /** A mistake that refuses the revision, of no kind. */
  public static Problem error(String path, int line, String message) {
    return new Problem(ProblemKind.OTHER, Severity.ERROR, path, line, message);
  }

  /** A mistake worth telling, with which the revision is served all the same; of no kind. */
  public static Problem warning(String path, int line, String message) {
    return new Problem(ProblemKind.OTHER, Severity.WARNING, path, line, message);
  }

  /** True when it refuses the revision. */
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /**
   * What several stages found in the same place, told once: with their values, the excerpt of what
   * a template produced differs, the mistake does not.
   */
  public static List<Problem> withoutRepeats(Collection<Problem> problems) {
    Map<Object, Problem> first = new LinkedHashMap<>();
    for (Problem problem : problems) {
      String sentence = problem.message.lines().findFirst().orElse("");
      first.putIfAbsent(List.of(problem.path, problem.line, problem.severity, sentence), problem);
    }
    return List.copyOf(first.values());
  }

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  /** {@code path:line: message}. */
  @Override
  public String toString() {
    String place = line > 0 ? path + ":" + line : path;
    return place + ": " + (isError() ? "" : "warning: ") + message;
  }
}
