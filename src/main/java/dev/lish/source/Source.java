package dev.lish.source;

/**
 * A part of the world that is watched.
 *
 * @param <T> what it says; immutable
 */
public interface Source<T> extends AutoCloseable {
  /** What is known now. Never blocks. */
  SourceState<T> state();

  /**
   * Has the listener called after each change of {@link #state}, and once now. It is called on a
   * thread of the source, must not block, and should only note that something changed.
   */
  void watch(Runnable listener);

  /** Stops watching. Never throws. */
  @Override
  void close();
}
