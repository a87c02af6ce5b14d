package dev.lish.accesslog;

import java.util.List;

/**
 * Entries that are kept as they are, since the start.
 *
 * @param dropped entries that found the queue full, before any sink
 * @param followers who read along now
 * @param sinks where they go
 */
public record RawView(long dropped, int followers, List<Sink> sinks) {
  /** Copies the list. */
  public RawView {
    sinks = List.copyOf(sinks);
  }

  /**
   * A sink.
   *
   * @param name {@code files} or {@code kafka}
   * @param works false: the last attempt failed
   * @param written lines that it took
   * @param dropped lines that found its queue full or were offered while it was broken
   * @param failures attempts that failed
   */
  public record Sink(String name, boolean works, long written, long dropped, long failures) {}
}
