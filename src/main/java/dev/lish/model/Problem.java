package dev.lish.model;

import java.util.Comparator;

/**
 * A user's mistake, with its place. Lines count from 1; 0 means the whole file.
 *
 * @param severity an error refuses the revision for the stage, a warning does not
 * @param path the file in the mesh folder, without a leading slash, as the operator wrote it
 * @param line the line in that file
 * @param message what was found and what was expected; may have several lines (an excerpt)
 */
public record Problem(Severity severity, String path, int line, String message)
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

  /** A mistake that refuses the revision. */
  public static Problem error(String path, int line, String message) {
    return new Problem(Severity.ERROR, path, line, message);
  }

  /** A mistake worth telling, with which the revision is served all the same. */
  public static Problem warning(String path, int line, String message) {
    return new Problem(Severity.WARNING, path, line, message);
  }

  /** True when it refuses the revision. */
  public boolean isError() {
    return severity == Severity.ERROR;
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
