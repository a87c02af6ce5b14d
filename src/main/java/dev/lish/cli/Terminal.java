package dev.lish.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * What a command talks to.
 *
 * @param out what was asked for
 * @param err everything else: errors, warnings, notices
 * @param style how it looks
 * @param environment the environment variables
 * @param directory the working directory
 * @param clock for the age of things
 */
public record Terminal(
    PrintStream out,
    PrintStream err,
    Style style,
    Map<String, String> environment,
    Path directory,
    Clock clock) {
  /** Copies the map. */
  public Terminal {
    environment = Map.copyOf(environment);
  }

  /**
   * How output looks.
   *
   * @param colour true: for people on a terminal
   * @param width columns that a table may have; empty: as many as it needs, nothing is cut
   */
  public record Style(boolean colour, Optional<Integer> width) {
    /** For files and pipes. */
    public static final Style PLAIN = new Style(false, Optional.empty());
  }

  /** The environment variable, unless it is missing or empty. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
  }

  /** The path, seen from the working directory. */
  Path resolve(String path) {
    return directory.resolve(path);
  }

  /**
   * The text without control characters but line breaks: what Envoys and registries call themselves
   * must not steer the operator's terminal.
   */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      clean.append(Character.isISOControl(c) && c != '\n' ? '\uFFFD' : c);
    }
    return clean.toString();
  }

  /** A line that was asked for. */
  void print(String line) {
    out.println(line);
  }

  /** A line beside what was asked for. */
  void tell(String line) {
    err.println(line);
  }

  String red(String text) {
    return colour("31", text);
  }

  String yellow(String text) {
    return colour("33", text);
  }

  String green(String text) {
    return colour("32", text);
  }

  String bold(String text) {
    return colour("1", text);
  }

  private String colour(String code, String text) {
    return style.colour() ? "\033[" + code + "m" + text + "\033[0m" : text;
  }
}
