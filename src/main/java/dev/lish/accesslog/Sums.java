package dev.lish.accesslog;

/** What is added up for each series; confined to whoever holds the lock of its owner. */
final class Sums {
  /** Upper bounds of the buckets of times, in microseconds: 1 ms to a minute. */
  private static final long[] BOUNDS = {
    1_000,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000
  };

  long requests;
  long received;
  long sent;
  long retries;
  long durationMicros;
  long firstByteMicros;

  /** Not cumulative; the last one takes what is above all bounds. */
  final long[] durations = new long[BOUNDS.length + 1];

  /** By the same bounds; of those that had an answer from an upstream. */
  final long[] firstBytes = new long[BOUNDS.length + 1];

  static long[] bounds() {
    return BOUNDS.clone();
  }

  void add(Entry entry) {
    requests++;
    received += entry.received;
    sent += entry.sent;
    retries += entry.retries();
    if (entry.duration >= 0) {
      durationMicros += entry.duration;
      durations[bucket(entry.duration)]++;
    }
    if (entry.firstByte >= 0) {
      firstByteMicros += entry.firstByte;
      firstBytes[bucket(entry.firstByte)]++;
    }
  }

  /** The bounds are those that values may reach, as Prometheus' {@code le} means. */
  private static int bucket(long micros) {
    int bucket = 0;
    while (bucket < BOUNDS.length && micros > BOUNDS[bucket]) {
      bucket++;
    }
    return bucket;
  }

  /** Takes over what the other has, and empties it. */
  void take(Sums other) {
    requests += other.requests;
    received += other.received;
    sent += other.sent;
    retries += other.retries;
    durationMicros += other.durationMicros;
    firstByteMicros += other.firstByteMicros;
    move(other.durations, durations);
    move(other.firstBytes, firstBytes);
    other.requests = 0;
    other.received = 0;
    other.sent = 0;
    other.retries = 0;
    other.durationMicros = 0;
    other.firstByteMicros = 0;
  }

  private static void move(long[] from, long[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
      from[i] = 0;
    }
  }
}
