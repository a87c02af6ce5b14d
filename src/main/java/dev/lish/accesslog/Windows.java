package dev.lish.accesslog;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The windows of a bounded number of subjects; confined to whoever holds the lock of its owner.
 *
 * @param <K> the subject
 */
final class Windows<K extends Comparable<K>> {
  private static final long FORGET_SECONDS = 3_600;

  private final int limit;
  private final int width;
  private final K other;
  private final Map<K, Subject> subjects = new HashMap<>();

  private static final class Subject {
    private final EnumMap<Span, Ring> rings = new EnumMap<>(Span.class);
    private long last;

    Subject(int width) {
      for (Span span : Span.values()) {
        rings.put(span, span.ring(width));
      }
    }
  }

  /**
   * Windows of nothing yet.
   *
   * @param other stands for the subjects above the limit
   * @param width how many of the {@link Counts} are kept
   */
  Windows(int limit, int width, K other) {
    this.limit = limit;
    this.width = width;
    this.other = other;
  }

  void add(K key, long second, Counts counts) {
    Subject subject = subjects.get(key);
    if (subject == null) {
      subject = fresh(key, second);
    }
    subject.last = second;
    for (Ring ring : subject.rings.values()) {
      ring.add(second, counts.counts);
    }
  }

  private Subject fresh(K key, long second) {
    if (subjects.size() >= limit) {
      subjects.entrySet().removeIf(s -> second - s.getValue().last > FORGET_SECONDS);
    }
    K bounded = subjects.size() < limit ? key : other;
    return subjects.computeIfAbsent(bounded, k -> new Subject(width));
  }

  /** The sums of every subject that has any, sorted. */
  SortedMap<K, long[]> sums(Span span, long second) {
    SortedMap<K, long[]> sums = new TreeMap<>();
    subjects.forEach(
        (key, subject) -> {
          long[] sum = requireNonNull(subject.rings.get(span)).sum(second);
          if (sum[Counts.REQUESTS] > 0) {
            sums.put(key, sum);
          }
        });
    return sums;
  }
}
