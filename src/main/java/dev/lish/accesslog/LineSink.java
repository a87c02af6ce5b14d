package dev.lish.accesslog;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/** Where lines go; called by one thread, which it may hold up. */
interface LineSink extends AutoCloseable {
  /** Its name in metrics. */
  String name();

  /**
   * Takes a line of JSON, without a line break. It may be buffered: what became of it, {@link
   * #tally} says later.
   *
   * @param key the node that wrote it
   */
  void write(String key, byte[] line) throws IOException;

  /** All that was written so far should be seen by others, nearly. */
  void flush() throws IOException;

  /** Waits, in bounded time, until it is known that all that was written so far has arrived. */
  void settle() throws IOException;

  /** What became of lines: each is counted once. */
  Tally tally();

  @Override
  void close();

  /** Counts lines that arrived, and those that did not. Safe for threads. */
  final class Tally {
    private final LongAdder written = new LongAdder();
    private final LongAdder lost = new LongAdder();

    void written(long lines) {
      written.add(lines);
    }

    void lost(long lines) {
      lost.add(lines);
    }

    long written() {
      return written.sum();
    }

    long lost() {
      return lost.sum();
    }
  }
}
