package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.trial.wire.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests that run in the background while a test changes the world: kept connections, a bounded
 * rate, no retries, every outcome counted.
 */
public final class Load implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int KEPT_FAILURES = 20;

  private final String target;
  private final int port;
  private final Map<String, String> headers;
  private final long pauseNanos;
  private final List<Thread> threads = new ArrayList<>();
  private final Object lock = new Object();
  private final SortedMap<String, Integer> answers = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private long requests;
  private long failed;
  private volatile boolean stopping;

  private Load(int port, String path, Map<String, String> headers, long pauseNanos) {
    this.target = "GET " + path;
    this.port = port;
    this.headers = headers;
    this.pauseNanos = pauseNanos;
  }

  /**
   * What came back so far.
   *
   * @param requests all that were answered or lost
   * @param answers status and answering upstream, e.g. {@code 200 payments-1}, to its count
   * @param failed requests without a status 200
   * @param failures the first of them, in words
   */
  public record Outcomes(
      long requests, SortedMap<String, Integer> answers, long failed, List<String> failures) {
    /** Before the first request. */
    public static final Outcomes NONE = new Outcomes(0, new TreeMap<>(), 0, List.of());

    /** How many requests this upstream answered with 200. */
    public int by(String upstream) {
      return answers.getOrDefault("200 " + upstream, 0);
    }

    /** Fails unless there were requests and each was answered with 200. */
    public void assertNoneLost() {
      assertThat(requests).as("requests").isPositive();
      assertThat(failures).as("%d of %d requests were lost", failed, requests).isEmpty();
    }
  }

  /**
   * Starts GETs of a path on a loopback port.
   *
   * @param perSecond of all connections together
   * @param connections kept open side by side
   * @param headers pairs of name and value
   */
  public static Load start(
      int port, String path, int perSecond, int connections, String... headers) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("host", "127.0.0.1:" + port);
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    long pause = TimeUnit.SECONDS.toNanos(1) * connections / perSecond;
    Load load = new Load(port, path, all, pause);
    for (int i = 0; i < connections; i++) {
      Thread thread = new Thread(load::run, "load-" + i);
      thread.setDaemon(true);
      load.threads.add(thread);
    }
    load.threads.forEach(Thread::start);
    return load;
  }

  /** The outcomes so far. */
  public Outcomes outcomes() {
    synchronized (lock) {
      return new Outcomes(requests, new TreeMap<>(answers), failed, List.copyOf(failures));
    }
  }

  /** Waits until so many more requests have ended. */
  public void awaitMore(int count) {
    long target = outcomes().requests() + count;
    Await.until(count + " more requests", () -> outcomes().requests() >= target);
  }

  /** Waits until this upstream answers. */
  public void awaitAnswerBy(String upstream) {
    int before = outcomes().by(upstream);
    Await.until("an answer by " + upstream, () -> outcomes().by(upstream) > before);
  }

  /** Waits until none of the next so many requests was answered by this upstream. */
  public void awaitNoAnswerBy(String upstream, int window) {
    Await.value(
        "no answer by " + upstream + " to " + window + " requests",
        Await.LONG,
        () -> {
          int before = outcomes().by(upstream);
          awaitMore(window);
          return outcomes().by(upstream) == before ? Optional.of(true) : Optional.empty();
        });
  }

  /** Ends it, after the requests under way, and tells all outcomes. */
  public Outcomes stop() {
    stopping = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofMillis(2L * TIMEOUT_MILLIS).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while the load ends", e);
      }
    }
    return outcomes();
  }

  @Override
  public void close() {
    stop();
  }

  private void run() {
    Optional<HttpConnection> connection = Optional.empty();
    long next = System.nanoTime();
    while (!stopping) {
      connection = once(connection);
      next += pauseNanos;
      // A slow answer does not lead to a burst after it.
      next = Math.max(next, System.nanoTime() - pauseNanos);
      for (long wait = next - System.nanoTime(); wait > 0 && !stopping; ) {
        LockSupport.parkNanos(wait);
        wait = next - System.nanoTime();
      }
    }
    connection.ifPresent(Load::closeQuietly);
  }

  /** One request; returns the connection if it can carry another one. */
  private Optional<HttpConnection> once(Optional<HttpConnection> kept) {
    HttpConnection open = null;
    try {
      open = kept.isPresent() ? kept.get() : HttpConnection.open("127.0.0.1", port, TIMEOUT_MILLIS);
      Http.Answer answer = Http.Answer.of(open.exchange(target, headers, ""));
      count(answer);
      if (open.isReusable()) {
        return Optional.of(open);
      }
    } catch (IOException e) {
      fail((kept.isPresent() ? "on a kept connection: " : "") + e, "lost");
    }
    if (open != null) {
      closeQuietly(open);
    }
    return Optional.empty();
  }

  private void count(Http.Answer answer) {
    String key = answer.status() + " " + answer.header(Upstream.NAME_HEADER);
    if (answer.status() != 200) {
      fail(key + " " + answer.body(), key.strip());
      return;
    }
    synchronized (lock) {
      requests++;
      answers.merge(key.strip(), 1, Integer::sum);
    }
  }

  private void fail(String text, String key) {
    synchronized (lock) {
      requests++;
      failed++;
      answers.merge(key, 1, Integer::sum);
      if (failures.size() < KEPT_FAILURES) {
        failures.add("request " + requests + ": " + text);
      }
    }
  }

  private static void closeQuietly(HttpConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // The connection was to end anyway.
      assert e != null;
    }
  }
}
