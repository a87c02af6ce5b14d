package dev.lish.accesslog;

import java.util.Arrays;

/** Sums of the last so many stretches of time, in fixed memory. */
final class Ring {
  private final int seconds;
  private final int width;

  /** The slots, one after the other, and which stretch each stands for. */
  private final int[] counts;

  private final long[] stretches;

  Ring(int slots, int seconds, int width) {
    this.seconds = seconds;
    this.width = width;
    counts = new int[slots * width];
    stretches = new long[slots];
    Arrays.fill(stretches, Long.MIN_VALUE);
  }

  /** Adds to the slot of this second since the epoch. */
  void add(long second, int[] more) {
    long stretch = Math.floorDiv(second, seconds);
    int slot = (int) Math.floorMod(stretch, (long) stretches.length);
    int from = slot * width;
    if (stretches[slot] != stretch) {
      stretches[slot] = stretch;
      Arrays.fill(counts, from, from + width, 0);
    }
    for (int i = 0; i < width; i++) {
      counts[from + i] += more[i];
    }
  }

  /** The sum of all slots that are not too old at this second. */
  long[] sum(long second) {
    long[] sum = new long[width];
    long newest = Math.floorDiv(second, seconds);
    for (int slot = 0; slot < stretches.length; slot++) {
      if (stretches[slot] > newest - stretches.length && stretches[slot] <= newest) {
        for (int i = 0; i < width; i++) {
          sum[i] += counts[slot * width + i];
        }
      }
    }
    return sum;
  }

  /** How many seconds {@link #sum} is of: the slot of now is not over yet. */
  long span(long second) {
    return (stretches.length - 1L) * seconds + Math.floorMod(second, seconds) + 1;
  }
}
