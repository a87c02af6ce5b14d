package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class FirstAnswersTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  /** A source that says what the test tells it to. */
  private static final class Told implements Source<String> {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile SourceState<String> state = new SourceState.Missing<>("");

    void says(SourceState<String> next) {
      state = next;
      listeners.forEach(Runnable::run);
    }

    @Override
    public SourceState<String> state() {
      return state;
    }

    @Override
    public void watch(Runnable listener) {
      listeners.add(listener);
      listener.run();
    }

    @Override
    public void close() {}
  }

  private final Told mesh = new Told();
  private final Told shared = new Told();

  private CompletableFuture<Void> start(Duration patience) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            FirstAnswers.await(List.of(mesh, shared), patience);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void waitsUntilEachHasAnsweredOrFailedTo() {
    CompletableFuture<Void> waiting = start(LONG);
    Await.until("it listens", () -> !mesh.listeners.isEmpty());
    mesh.says(new SourceState.Missing<>("connection refused"));
    Await.until("it listens to the other", () -> !shared.listeners.isEmpty());
    assertThat(waiting).isNotDone();
    shared.says(new SourceState.Current<>("new", Instant.EPOCH));
    assertThat(waiting).succeedsWithin(Await.LONG);
  }

  @Test
  void doesNotWaitForWhatIsKnown() {
    mesh.says(new SourceState.Current<>("new", Instant.EPOCH));
    shared.says(new SourceState.Stale<>("old", Instant.EPOCH, "gone"));
    assertThat(start(LONG)).succeedsWithin(Await.LONG);
  }

  @Test
  void doesNotWaitForEver() {
    assertThat(start(Duration.ofMillis(20))).succeedsWithin(Await.LONG);
  }
}
