package dev.lish.source;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The one place where a source keeps what it knows: one writer at a time, any number of readers.
 *
 * @param <T> what it says; immutable
 */
public final class Cell<T> {
  private final Clock clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile SourceState<T> state = new SourceState.Missing<>("");

  /** A cell that knows nothing yet; the clock dates what is set. */
  public Cell(Clock clock) {
    this.clock = clock;
  }

  /** What is known now. */
  public SourceState<T> state() {
    return state;
  }

  /** The source answered. Listeners are told when the value or the kind of state changed. */
  public synchronized void set(T value) {
    SourceState<T> old = state;
    state = new SourceState.Current<>(value, clock.instant());
    if (!(old instanceof SourceState.Current<T> c && c.value().equals(value))) {
      tell();
    }
  }

  /**
   * The source answered, but a part of what it said cannot be used; the value has the last good of
   * that part. Shown as stale, for this cause.
   */
  public synchronized void setPartly(T value, String cause) {
    SourceState<T> old = state;
    Instant since = old instanceof SourceState.Stale<T> s ? s.since() : clock.instant();
    state = new SourceState.Stale<>(value, since, cause, true);
    if (!state.equals(old)) {
      tell();
    }
  }

  /** The source failed; the last value stays, as stale. */
  public synchronized void fail(String cause) {
    SourceState<T> old = state;
    state = old.failed(clock.instant(), cause);
    if (!state.equals(old)) {
      tell();
    }
  }

  /** A value from an earlier run, until the source answers. Ignored when it has answered. */
  public synchronized void restore(T value, String cause) {
    if (state instanceof SourceState.Missing<T>) {
      state = new SourceState.Stale<>(value, clock.instant(), cause);
      tell();
    }
  }

  /** See {@link Source#watch}. */
  public void watch(Runnable listener) {
    listeners.add(listener);
    listener.run();
  }

  /** The cell for who only reads; closing it ends what fills the cell. */
  public Source<T> source(Runnable end) {
    return new ReadOnly<>(this, end);
  }

  private void tell() {
    listeners.forEach(Runnable::run);
  }

  private record ReadOnly<T>(Cell<T> cell, Runnable end) implements Source<T> {
    @Override
    public SourceState<T> state() {
      return cell.state();
    }

    @Override
    public void watch(Runnable listener) {
      cell.watch(listener);
    }

    @Override
    public void close() {
      end.run();
    }
  }
}
