package dev.lish.serve;

import java.util.concurrent.atomic.AtomicLong;

/** Lets a number of streams per second begin: one second's worth at once, the others in turn. */
final class Pace {
  private static final long SECOND = 1_000_000;

  private final long interval;
  private final AtomicLong next = new AtomicLong(Long.MIN_VALUE);

  Pace(int perSecond) {
    interval = Math.max(1, SECOND / perSecond);
  }

  /**
   * When the next one may begin: now or later, in microseconds.
   *
   * @param open how many there are: those of a herd that have left again take nobody's turn
   */
  long next(long now, int open) {
    long latest = now + open * interval;
    long turn =
        next.updateAndGet(
            last -> Math.max(Math.min(last + interval, latest), now - SECOND + interval));
    return Math.max(turn, now);
  }
}
