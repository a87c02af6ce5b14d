package dev.lish.check;

import java.util.Optional;

/** A constraint on one value. */
interface Constraint {
  /** What is wrong with the value, as {@code found … (expected: …)}; empty: nothing. */
  Optional<String> broken(Object value);

  /** The usual sentence. */
  static Optional<String> found(Object value, String expected) {
    String text = value instanceof String found ? "\"" + shortened(found) + "\"" : "" + value;
    return sentence(text, expected);
  }

  /** The same of a text that is no text in the file. */
  static Optional<String> sentence(String found, String expected) {
    return Optional.of("found " + found + " (expected: " + expected + ")");
  }

  private static String shortened(String text) {
    String line = text.replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0");
    return line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }
}
