package dev.lish.app;

import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits a moment at a start until sources have said something. What {@code data/} has is good
 * enough when the world is down, but it may be older than what Envoys have (a kill comes before the
 * last write, and the mesh may have changed meanwhile): served at once, it would take them back.
 */
final class FirstAnswers {
  /** Much longer than an answer takes; Envoys go on with what they have meanwhile. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private FirstAnswers() {}

  /** Returns when each has answered, or failed to, or when the time is up. */
  static void await(List<Source<?>> sources, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (Source<?> source : sources) {
      CountDownLatch answered = new CountDownLatch(1);
      source.watch(
          () -> {
            if (hasAnswered(source)) {
              answered.countDown();
            }
          });
      if (!hasAnswered(source)
          && !answered.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return;
      }
    }
  }

  private static boolean hasAnswered(Source<?> source) {
    return !(source.state() instanceof SourceState.Missing<?> missing)
        || !missing.cause().isEmpty();
  }
}
