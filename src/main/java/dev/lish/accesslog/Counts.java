package dev.lish.accesslog;

import java.util.Arrays;

/**
 * What a window shows, since the last fold: the layout that the slots of a {@link Ring} have too.
 */
final class Counts {
  static final int REQUESTS = 0;
  static final int ERRORS = 1;

  /** One for each response flag, by field number. */
  static final int FLAGS = 2;

  static final int LATENCIES = FLAGS + Integer.SIZE;
  static final int WIDTH = LATENCIES + Latency.BUCKETS;

  final int[] counts = new int[WIDTH];

  void add(Entry entry, ResponseClass response, FlagClass failure) {
    counts[REQUESTS]++;
    if (response.isError(failure)) {
      counts[ERRORS]++;
    }
    for (int flags = entry.flags; flags != 0; flags &= flags - 1) {
      counts[FLAGS + Integer.numberOfTrailingZeros(flags)]++;
    }
    // How long a TCP connection was open says nothing of how fast its service is.
    if (entry.duration >= 0 && !entry.tcp) {
      counts[LATENCIES + Latency.bucket(entry.duration)]++;
    }
  }

  boolean isEmpty() {
    return counts[REQUESTS] == 0;
  }

  void clear() {
    Arrays.fill(counts, 0);
  }
}
