package dev.lish.source.consul;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lish.model.ContentHash;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One thing that is asked for again and again, and where its blocking query stands. Confined to the
 * registry's thread; times are milliseconds of a clock that never goes back.
 */
final class Watch {
  /** What is under way. */
  enum Flight {
    NONE,
    READ,
    BLOCK
  }

  /** Answers that a blocking query may give in quick succession before it is slowed down. */
  private static final int BURST = 3;

  /** Then one in this time. */
  private static final long REFILL_MILLIS = 1_000;

  final String path;
  final Scope scope;
  final SortedMap<String, String> parameters;
  final Consumer<Answer> listener;

  Flight flight = Flight.NONE;
  boolean closed;

  /** What the next blocking query continues from; 0: the next request must not block. */
  long index;

  /** A signal told that something changed which might be this. */
  boolean dirty;

  /** No request before this time. */
  long notBefore;

  long startedAt = Long.MIN_VALUE;
  long changedAt = Long.MIN_VALUE;
  int failures;
  private final boolean indexCounts;
  private ContentHash content = ContentHash.EMPTY;
  private double tokens = BURST;
  private long tokensAt;

  /**
   * A watch that has not asked yet.
   *
   * @param extra parameters beyond those of the scope
   */
  Watch(String path, Scope scope, SortedMap<String, String> extra, Consumer<Answer> listener) {
    this(path, scope, extra, listener, false);
  }

  /** A watch whose listener is told when the index changes, whatever the content. */
  static Watch ofIndex(
      String path, Scope scope, SortedMap<String, String> extra, Consumer<Answer> listener) {
    return new Watch(path, scope, extra, listener, true);
  }

  private Watch(
      String path,
      Scope scope,
      SortedMap<String, String> extra,
      Consumer<Answer> listener,
      boolean indexCounts) {
    this.indexCounts = indexCounts;
    this.path = path;
    this.scope = scope;
    this.listener = listener;
    parameters = new TreeMap<>(scope.parameters());
    parameters.putAll(extra);
  }

  void started(Flight kind, long now) {
    flight = kind;
    startedAt = now;
    dirty = false;
  }

  /** Takes an answer in; true when its content differs from the last one's. */
  boolean found(Answer.Found found, long now) {
    boolean blocked = flight == Flight.BLOCK;
    flight = Flight.NONE;
    failures = 0;
    // "Reset the index if it goes backwards": the next request starts afresh, without blocking.
    boolean backwards = blocked && found.index() < index;
    // "Sanity check index is greater than zero": with 1 it is always safe to wait.
    index = backwards ? 0 : Math.max(1, found.index());
    if (blocked) {
      slowDown(now);
    }
    byte[] counted = indexCounts ? Long.toString(found.index()).getBytes(UTF_8) : new byte[0];
    ContentHash hash = ContentHash.of(found.body().toByteArray(), counted);
    boolean changed = !hash.equals(content);
    if (changed) {
      content = hash;
      changedAt = now;
    }
    return changed;
  }

  /** Takes a failure in; asks again after the delay, afresh. */
  void failed(long now, long delay) {
    flight = Flight.NONE;
    failures++;
    // Whatever comes back may have another history of indexes: Consul may have been restarted.
    index = 0;
    notBefore = now + delay;
    // The same content is then told again: the failure has changed what is known of it.
    content = ContentHash.EMPTY;
  }

  /**
   * "Rate limit": quick successive deliveries go through at once, then the loop degrades into
   * polling.
   */
  private void slowDown(long now) {
    tokens = Math.min(BURST, tokens + (double) (now - tokensAt) / REFILL_MILLIS);
    tokensAt = now;
    tokens -= 1;
    if (tokens < 0) {
      notBefore = now + (long) (-tokens * REFILL_MILLIS);
    }
  }
}
