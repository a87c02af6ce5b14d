package dev.lish.app;

import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.time.Instant;

/**
 * A source that is not configured: it says the same for ever.
 *
 * @param <T> what it says
 */
final class Nothing<T> implements Source<T> {
  private final SourceState<T> state;

  Nothing(T value, Instant now) {
    state = new SourceState.Current<>(value, now);
  }

  @Override
  public SourceState<T> state() {
    return state;
  }

  @Override
  public void watch(Runnable listener) {
    listener.run();
  }

  @Override
  public void close() {}
}
