package dev.lish.accesslog;

import java.io.IOException;

/** Where lines go; called by one thread, which it may hold up. */
interface LineSink extends AutoCloseable {
  /** Its name in metrics. */
  String name();

  /**
   * Takes a line of JSON, without a line break.
   *
   * @param key the node that wrote it
   */
  void write(String key, byte[] line) throws IOException;

  /** All that was written so far should be seen by others, nearly. */
  void flush() throws IOException;

  @Override
  void close();
}
