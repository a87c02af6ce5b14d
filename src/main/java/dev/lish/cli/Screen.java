package dev.lish.cli;

import java.util.List;
import java.util.Optional;

/** A terminal that is drawn on again and again, and read key by key; as before when closed. */
interface Screen extends AutoCloseable {
  /**
   * How much there is to draw on.
   *
   * @param rows lines
   * @param columns characters of a line
   */
  record Size(int rows, int columns) {}

  /** As of now: people change their windows. */
  Size size();

  /** Shows these lines, which fit, and nothing else. */
  void draw(List<String> lines);

  /** Waits about two seconds for a key; empty: none came. */
  Optional<Character> key();

  @Override
  void close();
}
