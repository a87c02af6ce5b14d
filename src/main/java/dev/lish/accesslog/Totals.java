package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Something to count with per key, for a bounded number of keys: whoever comes later, or with a key
 * too long, shares the one of {@code other}. Keys come from the network. Safe for threads.
 *
 * @param <T> what counts; safe for threads
 */
final class Totals<T> {
  /** Envoy's own limit of names is far below; a longer key is not kept. */
  static final int MAX_KEY_BYTES = 1024;

  private final int limit;
  private final Supplier<T> start;
  private final ByteString otherKey;
  private final T other;
  private final ConcurrentHashMap<ByteString, T> byKey = new ConcurrentHashMap<>();
  private final AtomicInteger keys = new AtomicInteger();

  Totals(int limit, ByteString otherKey, Supplier<T> start) {
    this.limit = limit;
    this.start = start;
    this.otherKey = otherKey;
    this.other = start.get();
  }

  /** The counter of this key; the key may be a slice of something bigger. */
  T get(ByteString key) {
    T found = byKey.get(key);
    return found == null ? add(key) : found;
  }

  private T add(ByteString key) {
    if (key.size() > MAX_KEY_BYTES || key.equals(otherKey)) {
      return other;
    }
    if (keys.incrementAndGet() > limit) {
      keys.decrementAndGet();
      return other;
    }
    T fresh = start.get();
    // A slice would keep its whole message alive.
    T first = byKey.putIfAbsent(ByteString.copyFrom(key.toByteArray()), fresh);
    if (first != null) {
      keys.decrementAndGet();
      return first;
    }
    return fresh;
  }

  /** Every key with its counter, in no order. */
  void forEach(BiConsumer<ByteString, T> action) {
    for (Map.Entry<ByteString, T> entry : byKey.entrySet()) {
      action.accept(entry.getKey(), entry.getValue());
    }
    action.accept(otherKey, other);
  }
}
