package dev.lish.serve;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Remembers values that can be computed again, up to a total weight; the oldest go first. For all
 * event loops: a value is computed once, and readers never wait for each other.
 */
final class Recent<K, V> {
  private final ConcurrentHashMap<K, V> values = new ConcurrentHashMap<>();
  private final Queue<K> order = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final long most;
  private final ToLongFunction<V> weigh;

  Recent(long most, ToLongFunction<V> weigh) {
    this.most = most;
    this.weigh = weigh;
  }

  /** Remembers a number of values. */
  static <K, V> Recent<K, V> ofCount(int most) {
    return new Recent<>(most, value -> 1);
  }

  Optional<V> get(K key) {
    return Optional.ofNullable(values.get(key));
  }

  /** All values, in no order. */
  Iterable<V> values() {
    return values.values();
  }

  V get(K key, Function<K, V> compute) {
    V known = values.get(key);
    if (known != null) {
      return known;
    }
    V value =
        values.computeIfAbsent(
            key,
            k -> {
              V made = compute.apply(k);
              weight.addAndGet(weigh.applyAsLong(made));
              order.add(k);
              return made;
            });
    trim();
    return value;
  }

  private void trim() {
    while (weight.get() > most) {
      K oldest = order.poll();
      if (oldest == null) {
        return;
      }
      V gone = values.remove(oldest);
      if (gone != null) {
        weight.addAndGet(-weigh.applyAsLong(gone));
      }
    }
  }
}
