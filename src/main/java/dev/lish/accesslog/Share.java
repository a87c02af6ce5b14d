package dev.lish.accesslog;

/** How much of its time a thread may spend on reading entries. Confined to that thread. */
final class Share {
  private static final long PERIOD = 250_000_000;

  private final long most;
  private long start;
  private long used;
  private boolean begun;

  /**
   * A share.
   *
   * @param percent of the thread's time, 0 to 100
   */
  Share(int percent) {
    most = PERIOD / 100 * percent;
  }

  /** True when there is time left at this moment, in nanoseconds of any origin. */
  boolean allows(long now) {
    if (!begun || now - start >= PERIOD) {
      begun = true;
      start = now;
      used = 0;
    }
    return used < most;
  }

  /** So long was spent. */
  void spent(long nanos) {
    used += nanos;
  }
}
