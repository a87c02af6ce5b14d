package dev.lish.source.consul;

import dev.lish.source.consul.ConsulSettings.Load;
import dev.lish.source.consul.Watch.Flight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Shares a bounded number of connections among any number of watches. While the blocking queries
 * fit, every watch has one. When they do not, those that changed last have one; the others are read
 * without blocking when a signal says that something in their scope changed, and from time to time.
 * Decides only; touches no clock and no socket.
 */
final class Rotation {
  /** How long a query without a blocking query of its own goes unread when no signal comes. */
  static final long SWEEP_MILLIS = 30_000;

  /** With more queries than connections a blocking query gives its place up this soon. */
  static final Duration SHORT_WAIT = Duration.ofSeconds(10);

  /** Scopes that have signals; queries of others wait for the sweep. */
  static final int SIGNALLED_SCOPES = 4;

  /** Requests for these are pinned: the catalog, and three signals per scope. */
  private static final int PINNED = 1 + 3 * SIGNALLED_SCOPES;

  private final Load load;
  private final int readers;
  private final int blockers;
  private final Set<Watch> queries = new LinkedHashSet<>();
  private final Set<Watch> pinned = new LinkedHashSet<>();
  private double readTokens;
  private long readTokensAt;

  /** A request to start now. */
  record Start(Watch watch, Flight kind, Duration waitTime) {}

  Rotation(Load load) {
    this.load = load;
    readers = Math.max(2, load.connections() / 8);
    blockers = load.connections() - PINNED - readers;
    readTokens = burst();
  }

  void add(Watch query) {
    queries.add(query);
  }

  /** Adds a watch that always has a connection. */
  void pin(Watch watch) {
    pinned.add(watch);
  }

  void remove(Watch watch) {
    watch.closed = true;
    if (watch.flight == Flight.NONE) {
      forget(watch);
    }
  }

  /** A closed watch takes its connection until its request ends: only then it is forgotten. */
  void forget(Watch watch) {
    queries.remove(watch);
    pinned.remove(watch);
  }

  /** True when there are more queries than blocking queries. */
  boolean crowded() {
    return queries.size() > blockers;
  }

  /** The scopes that need signals now. */
  Set<Scope> signalledScopes() {
    Set<Scope> scopes = new LinkedHashSet<>();
    if (crowded()) {
      for (Watch query : queries) {
        if (scopes.size() < SIGNALLED_SCOPES) {
          scopes.add(query.scope);
        }
      }
    }
    return scopes;
  }

  /** Something in the scope changed, or may have. */
  void signal(Scope scope) {
    for (Watch query : queries) {
      // A blocking query sees it by itself; a read may have been answered just before.
      if (query.flight != Flight.BLOCK && query.scope.equals(scope)) {
        query.dirty = true;
      }
    }
  }

  /** Has every watch ask afresh at the next chance: the agent is another one. */
  void restart(long now) {
    for (Watch watch : all()) {
      watch.index = 0;
      watch.notBefore = now;
    }
  }

  List<Watch> all() {
    List<Watch> all = new ArrayList<>(pinned);
    all.addAll(queries);
    return all;
  }

  /** How many requests are under way; never more than the connections. */
  int underWay() {
    return (int) all().stream().filter(w -> w.flight != Flight.NONE).count();
  }

  /** The next request to start, if there is one that may start now. */
  Optional<Start> next(long now) {
    Predicate<Watch> ready = w -> w.flight == Flight.NONE && !w.closed && w.notBefore <= now;
    Optional<Start> start =
        pinned.stream().filter(ready).findFirst().map(w -> start(w, flightOf(w), load.waitTime()));
    if (start.isEmpty()) {
      start = read(ready, now);
    }
    if (start.isEmpty() && flights(Flight.BLOCK) < blockers) {
      Duration wait = crowded() ? min(SHORT_WAIT, load.waitTime()) : load.waitTime();
      start =
          queries.stream()
              .filter(ready.and(w -> w.index > 0))
              // What changed last is likely to change next; ties take turns.
              .min(
                  Comparator.<Watch>comparingLong(w -> -Math.max(w.changedAt, 0))
                      .thenComparingLong(w -> w.startedAt))
              .map(w -> start(w, Flight.BLOCK, wait));
    }
    start.ifPresent(s -> s.watch().started(s.kind(), now));
    return start;
  }

  private Optional<Start> read(Predicate<Watch> ready, long now) {
    if (flights(Flight.READ) >= readers) {
      return Optional.empty();
    }
    // What was never read, or has to start afresh, is held up by nothing but its back-off.
    Optional<Watch> fresh =
        queries.stream()
            .filter(ready.and(w -> w.index == 0))
            .min(Comparator.comparingLong(w -> w.startedAt));
    if (fresh.isPresent() || !crowded() || !takeToken(now)) {
      return fresh.map(w -> start(w, Flight.READ, Duration.ZERO));
    }
    Optional<Start> start =
        queries.stream()
            .filter(ready.and(w -> mustBeRead(w, now)))
            .min(Comparator.comparingLong(w -> w.startedAt))
            .map(w -> start(w, Flight.READ, Duration.ZERO));
    if (start.isEmpty()) {
      readTokens++;
    }
    return start;
  }

  private boolean mustBeRead(Watch query, long now) {
    return query.dirty || query.startedAt + SWEEP_MILLIS <= now;
  }

  /** When to call {@link #next} again, in milliseconds, if no request ends before. */
  long pause(long now) {
    long pause = 1_000;
    for (Watch watch : all()) {
      if (watch.flight == Flight.NONE && watch.notBefore > now) {
        pause = Math.min(pause, watch.notBefore - now);
      }
    }
    boolean readsWait =
        crowded()
            && readTokens < 1
            && queries.stream().anyMatch(w -> w.flight == Flight.NONE && mustBeRead(w, now));
    return Math.max(5, readsWait ? Math.min(pause, 20) : pause);
  }

  private boolean takeToken(long now) {
    double more = (double) (now - readTokensAt) * load.readsPerSecond() / 1_000;
    readTokens = Math.min(burst(), readTokens + more);
    readTokensAt = now;
    if (readTokens < 1) {
      return false;
    }
    readTokens--;
    return true;
  }

  /** What 100 ms allow; one at least. */
  private double burst() {
    return Math.max(1, load.readsPerSecond() / 10.0);
  }

  private long flights(Flight kind) {
    return queries.stream().filter(w -> w.flight == kind).count();
  }

  private static Flight flightOf(Watch watch) {
    return watch.index == 0 ? Flight.READ : Flight.BLOCK;
  }

  private static Start start(Watch watch, Flight kind, Duration wait) {
    return new Start(watch, kind, kind == Flight.BLOCK ? wait : Duration.ZERO);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
