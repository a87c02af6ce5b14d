package dev.lish.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, until a deadline. */
public final class Await {
  /** Long enough for a loaded machine; a condition that holds ends the wait at once. */
  public static final Duration LONG = Duration.ofSeconds(30);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Await() {}

  /** Waits until the condition is true; one that throws is not true yet. */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, LONG, condition);
  }

  /** Waits until the condition is true, at most so long. */
  public static void until(String what, Duration atMost, Callable<Boolean> condition) {
    value(what, atMost, () -> condition.call() ? Optional.of(true) : Optional.empty());
  }

  /** Waits until there is a value, and returns it. */
  public static <T> T value(String what, Callable<Optional<T>> supplier) {
    return value(what, LONG, supplier);
  }

  /**
   * Waits until there is a value, at most so long, and returns it.
   *
   * @throws AssertionError at the deadline, with what was waited for and the last exception
   */
  public static <T> T value(String what, Duration atMost, Callable<Optional<T>> supplier) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      Exception failure = null;
      try {
        Optional<T> value = supplier.call();
        if (value.isPresent()) {
          return value.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting until " + what, e);
      } catch (Exception e) {
        failure = e;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what, failure);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting until " + what, failure);
      }
    }
  }
}
