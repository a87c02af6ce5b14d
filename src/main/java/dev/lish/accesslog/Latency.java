package dev.lish.accesslog;

/**
 * Buckets for latencies in microseconds with a bounded relative error: the steps are linear within
 * each doubling, as in HdrHistogram (Gil Tene). Counts are stretches of flat arrays, which are
 * merged by adding them up.
 */
final class Latency {
  /** Linear steps in each doubling: a step is at most 1/16 of its values. */
  private static final int STEPS = 16;

  private static final int STEP_BITS = 4;

  /** Everything below 64 µs is one doubling of its own; a step is 4 µs there. */
  private static final int LOWEST_BITS = 6;

  /** 2^25 µs are 33.6 s: the last doubling ends at 67 s, where the last bucket takes the rest. */
  private static final int HIGHEST_BIT = 25;

  static final int BUCKETS = STEPS * (HIGHEST_BIT - LOWEST_BITS + 2);

  private Latency() {}

  /** The bucket of a value. */
  static int bucket(long micros) {
    long value = Math.max(0, micros);
    if (value < 1 << LOWEST_BITS) {
      return (int) (value >> (LOWEST_BITS - STEP_BITS));
    }
    int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    if (bit > HIGHEST_BIT) {
      return BUCKETS - 1;
    }
    int step = (int) (value >> (bit - STEP_BITS)) & (STEPS - 1);
    return (bit - LOWEST_BITS + 1) * STEPS + step;
  }

  /** The middle of a bucket, in microseconds. */
  static double middle(int bucket) {
    int doubling = bucket / STEPS;
    int step = bucket % STEPS;
    if (doubling == 0) {
      return (step + 0.5) * (1 << (LOWEST_BITS - STEP_BITS));
    }
    int bit = doubling - 1 + LOWEST_BITS;
    return (STEPS + step + 0.5) * (1L << (bit - STEP_BITS));
  }

  /**
   * The value that this share of all values does not exceed, in microseconds; 0 without values.
   *
   * @param counts by bucket
   * @param share 0 to 1
   */
  static double percentile(long[] counts, double share) {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    long rank = Math.max(1, (long) Math.ceil(share * all));
    long seen = 0;
    for (int i = 0; i < counts.length && all > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return middle(i);
      }
    }
    return 0;
  }
}
