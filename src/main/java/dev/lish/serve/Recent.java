package dev.lish.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Remembers values that can be computed again, up to a total weight and to an age; the oldest go
 * first, when others come. For all event loops: a value is computed once, and readers never wait
 * for each other.
 */
final class Recent<K, V> {
  private final ConcurrentHashMap<K, V> values = new ConcurrentHashMap<>();
  private final Queue<Made<K>> order = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final long most;
  private final ToLongFunction<V> weigh;
  private final long oldest;
  private final LongSupplier nanos;

  private record Made<K>(K key, long at) {}

  /** Whatever the age. */
  Recent(long most, ToLongFunction<V> weigh) {
    this(most, weigh, Duration.ofNanos(Long.MAX_VALUE), System::nanoTime);
  }

  /**
   * What is in use after that age is computed again.
   *
   * @param nanos a clock that never goes back
   */
  Recent(long most, ToLongFunction<V> weigh, Duration oldest, LongSupplier nanos) {
    this.most = most;
    this.weigh = weigh;
    this.oldest = oldest.toNanos();
    this.nanos = nanos;
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
              order.add(new Made<>(k, nanos.getAsLong()));
              return made;
            });
    trim();
    return value;
  }

  private void trim() {
    long now = nanos.getAsLong();
    for (Made<K> first = order.peek(); first != null; first = order.peek()) {
      if (weight.get() <= most && now - first.at <= oldest) {
        return;
      }
      // Another thread may have taken it since: then it is that thread's to drop.
      if (order.remove(first)) {
        V gone = values.remove(first.key);
        if (gone != null) {
          weight.addAndGet(-weigh.applyAsLong(gone));
        }
      }
    }
  }
}
