package dev.lish.source.consul;

import dev.lish.source.consul.Watch.Flight;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns all watches of an agent: starts the requests that {@link Rotation}
 * chooses, and hands answers to the watches.
 */
final class AgentLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);
  private static final long FIRST_BACKOFF_MILLIS = 500;
  private static final long LONGEST_BACKOFF_MILLIS = 15_000;

  /** An agent that is down is asked this often at least: one request for all watches. */
  private static final long LONGEST_PROBE_MILLIS = 5_000;

  /** True for nothing, so that a signal has an index and no content. */
  private static final Map<String, String> NOTHING = Map.of("filter", "Node == \"\"");

  /** Together they change with everything that a health query shows. */
  private static final List<String> SIGNALS =
      List.of("/catalog/nodes", "/catalog/services", "/health/state/any");

  private final ConsulSettings settings;
  private final ConsulClient client;
  private final Rotation rotation;
  private final SplittableRandom random = new SplittableRandom();
  private final ScheduledThreadPoolExecutor thread;
  private final Map<Scope, List<Watch>> signals = new HashMap<>();
  private @Nullable ScheduledFuture<?> wakeUp;

  /** Requests in a row that found no agent. */
  private int probes;

  /** While there is no agent, only this one is asked for. */
  private @Nullable Watch probe;

  private long probeAt;

  AgentLoop(ConsulSettings settings) {
    this.settings = settings;
    client = new ConsulClient(settings);
    rotation = new Rotation(settings.load());
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread t = new Thread(task, "registry-" + settings.name());
              t.setDaemon(true);
              return t;
            });
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  void add(Watch query) {
    run(() -> rotation.add(query));
  }

  void pin(Watch watch) {
    run(() -> rotation.pin(watch));
  }

  void remove(Watch watch) {
    run(() -> rotation.remove(watch));
  }

  /** Runs the task on the loop's thread; does nothing after the end. */
  void run(Runnable task) {
    try {
      thread.execute(
          () -> {
            guarded(task);
            guarded(this::pump);
          });
    } catch (RejectedExecutionException closed) {
      LOG.trace("registry {} is closed", settings.name(), closed);
    }
  }

  /** Runs the task on the loop's thread again and again. */
  void every(long millis, Runnable task) {
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** What the function gives on the loop's thread. */
  <T> T call(Supplier<T> function) {
    return CompletableFuture.supplyAsync(function, thread).join();
  }

  @Override
  public void close() {
    thread.shutdown();
    client.close();
  }

  private void pump() {
    if (thread.isShutdown()) {
      return;
    }
    long now = now();
    tend(rotation.signalledScopes());
    if (probes > 0 && (probe != null || probeAt > now)) {
      wakeIn(Math.max(5, probeAt - now));
      return;
    }
    Optional<Rotation.Start> next = rotation.next(now);
    while (next.isPresent()) {
      start(next.get());
      if (probes > 0) {
        probe = next.get().watch();
        break;
      }
      next = rotation.next(now);
    }
    wakeIn(rotation.pause(now));
  }

  private void wakeIn(long millis) {
    if (wakeUp != null) {
      wakeUp.cancel(false);
    }
    try {
      wakeUp = thread.schedule(() -> guarded(this::pump), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // Closed by another thread since this turn began.
      LOG.trace("registry {} is closed", settings.name(), closed);
    }
  }

  private void start(Rotation.Start start) {
    Watch watch = start.watch();
    TreeMap<String, String> parameters = new TreeMap<>(watch.parameters);
    Duration wait = Duration.ZERO;
    if (start.kind() == Flight.BLOCK) {
      // Jitter downwards, so that queries that began together do not stay together.
      wait = start.waitTime().minusMillis(random.nextLong(1 + start.waitTime().toMillis() / 10));
      parameters.put("index", Long.toString(watch.index));
      parameters.put("wait", wait.toMillis() + "ms");
    }
    CompletableFuture<Void> unused =
        client
            .get(watch.path, parameters, wait)
            .thenAccept(answer -> run(() -> take(watch, answer)));
  }

  private void take(Watch watch, Answer answer) {
    long now = now();
    if (watch.equals(probe)) {
      probe = null;
    }
    boolean tell =
        answer.match(
            found -> {
              if (probes > 0) {
                probes = 0;
                rotation.restart(now);
              }
              return watch.found(found, now);
            },
            failed -> {
              watch.failed(now, backoff(watch.failures, LONGEST_BACKOFF_MILLIS));
              return true;
            });
    if (watch.closed) {
      rotation.forget(watch);
    } else if (tell) {
      guarded(() -> watch.listener.accept(answer));
    }
    if (answer instanceof Answer.Failed failed && failed.agentDown()) {
      agentDown(failed, now);
    }
  }

  /** Tells all watches at once, also those that have no request under way. */
  private void agentDown(Answer.Failed failed, long now) {
    if (probeAt <= now) {
      probeAt = now + backoff(probes, LONGEST_PROBE_MILLIS);
      probes++;
    }
    for (Watch watch : rotation.all()) {
      if (watch.flight == Flight.NONE && !watch.closed) {
        watch.failed(now, 0);
        guarded(() -> watch.listener.accept(failed));
      }
    }
  }

  /** Adds and removes signals, so that exactly these scopes have them. */
  private void tend(Set<Scope> scopes) {
    for (Scope scope : scopes) {
      signals.computeIfAbsent(
          scope,
          s -> {
            List<Watch> three =
                SIGNALS.stream()
                    .map(
                        path ->
                            Watch.ofIndex(
                                path, s, new TreeMap<>(NOTHING), answer -> rotation.signal(s)))
                    .toList();
            three.forEach(rotation::pin);
            return three;
          });
    }
    signals
        .entrySet()
        .removeIf(
            e -> {
              boolean unneeded = !scopes.contains(e.getKey());
              if (unneeded) {
                e.getValue().forEach(rotation::remove);
              }
              return unneeded;
            });
  }

  /** Exponential with jitter over its upper half. */
  private long backoff(int failures, long longest) {
    long full = Math.min(longest, FIRST_BACKOFF_MILLIS << Math.min(failures, 10));
    return full / 2 + random.nextLong(full / 2 + 1);
  }

  /** A bug in one task must not end the loop. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("a task of a registry failed", e);
    }
  }

  /** Not the time of day, which may be set back: no query may wait for that hour to pass again. */
  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
