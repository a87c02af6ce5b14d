package dev.lish.source.kept;

import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A source that gives a kept value while the real one has never answered, and keeps its answers.
 */
final class KeptSource<T> implements Source<T> {
  private final Source<T> source;
  private final Optional<T> kept;
  private final Instant since;
  private final Heard heard;
  private final AtomicReference<Optional<T>> written;

  /**
   * Keeps from now on.
   *
   * @param kept from an earlier run
   * @param file that it is in
   * @param heard when it was answered last
   * @param keep writes a value
   */
  KeptSource(Source<T> source, Optional<T> kept, Path file, Heard heard, Consumer<T> keep) {
    this.source = source;
    this.kept = kept;
    this.heard = heard;
    since = heard.last(file);
    written = new AtomicReference<>(kept);
    source.watch(
        () -> {
          if (source.state() instanceof SourceState.Current<T> current) {
            Optional<T> now = Optional.of(current.value());
            if (!now.equals(written.getAndSet(now))) {
              keep.accept(current.value());
            }
          }
        });
    heard.follow(this, file);
  }

  /** When the source answered last; empty: not since this run began. */
  Optional<Instant> heard() {
    return source
        .state()
        .match(c -> Optional.of(c.at()), s -> Optional.of(s.since()), m -> Optional.empty());
  }

  @Override
  public SourceState<T> state() {
    SourceState<T> state = source.state();
    if (kept.isPresent() && state instanceof SourceState.Missing<T> missing) {
      String cause = missing.cause().isEmpty() ? "no answer yet" : missing.cause();
      return new SourceState.Stale<>(kept.get(), since, "from data/: " + cause);
    }
    return state;
  }

  @Override
  public void watch(Runnable listener) {
    source.watch(listener);
  }

  @Override
  public void close() {
    heard.forget(this);
    source.close();
  }
}
