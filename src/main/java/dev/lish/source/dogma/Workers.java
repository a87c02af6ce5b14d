package dev.lish.source.dogma;

import dev.lish.source.Commit;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads for questions and commits: never an event loop, where waiting would deadlock. */
final class Workers implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 100;

  private final ThreadPoolExecutor executor;

  Workers() {
    executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "dogma worker");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Runs the task; what it throws is the cause of the future's failure. */
  <T> CompletableFuture<T> ask(Callable<T> task) {
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return task.call();
            } catch (RuntimeException e) {
              throw e;
            } catch (Exception e) {
              throw new CompletionException(e.getMessage(), e);
            }
          },
          executor);
    } catch (RejectedExecutionException e) {
      String why =
          executor.isShutdown()
              ? "closed"
              : "more than " + WAITING + " questions wait for Central Dogma already";
      return CompletableFuture.failedFuture(new IOException(why));
    }
  }

  /** Runs a commit, which ends as an outcome whatever happens. */
  CompletableFuture<Commit> commit(Callable<Commit> task) {
    return ask(task).exceptionally(e -> new Commit.Unreachable(Failure.rootMessage(e)));
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
