package dev.lish.check;

import dev.lish.render.Origin;
import java.util.Comparator;

/**
 * What is wrong, by which rule, and where.
 *
 * @param rule the rule
 * @param path the file in the mesh folder
 * @param line in that file, a template's own line where it is one; 0: the whole file
 * @param outputLine the line of what a template produced; 0 where there is none
 * @param message what was found and what was expected, on one line
 * @param excerpt of what a template produced, on further lines; may be empty
 */
public record Finding(
    Rule rule, String path, int line, int outputLine, String message, String excerpt)
    implements Comparable<Finding> {
  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::path)
          .thenComparingInt(Finding::line)
          .thenComparing(Finding::rule)
          .thenComparing(Finding::message);

  /** A Finding at a place. */
  static Finding at(Rule rule, Origin.Place place, String message) {
    return new Finding(
        rule, place.path(), place.line(), place.outputLine(), message, place.excerpt().strip());
  }

  /** A Finding about a line of a file that is no template. */
  static Finding at(Rule rule, String path, int line, String message) {
    return new Finding(rule, path, line, 0, message, "");
  }

  /** The same, with where it is so. */
  Finding in(String place) {
    return new Finding(rule, path, line, outputLine, message + " (in " + place + ")", excerpt);
  }

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }
}
