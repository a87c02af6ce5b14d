package dev.lish.accesslog;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How much of its time a thread may spend on reading entries. Confined to that thread. */
final class Share {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
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

  /**
   * What the calling thread has had of a processor: on a host that is busy with others the time on
   * the wall says nothing of what reading takes.
   */
  static long processorNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
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
