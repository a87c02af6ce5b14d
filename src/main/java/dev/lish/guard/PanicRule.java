package dev.lish.guard;

import java.util.List;

/**
 * When Envoy sends traffic to every listed host of a priority, whatever its health. Both steps are
 * those of {@code source/extensions/load_balancing_policies/common/load_balancer_impl.cc} of Envoy
 * 1.36 to 1.40, in whole numbers as there.
 */
public final class PanicRule {
  /** Envoy's default for {@code overprovisioning_factor}. */
  public static final int DEFAULT_FACTOR = 140;

  /** Envoy's default for {@code healthy_panic_threshold}. */
  public static final int DEFAULT_THRESHOLD = 50;

  private PanicRule() {}

  /**
   * The threshold that Envoy makes of a configured percentage: truncated, so that 30.9 acts as 30,
   * 29 as 28 (29 / 100.0 is a little less than 0.29) and anything below 1 as 0, which is off.
   */
  public static int threshold(double percent) {
    return (int) (100 * (percent / 100.0));
  }

  /**
   * "Never set panic mode if normalized total health is 100%", whatever a single priority has; each
   * sum is {@code min(100, factor * hosts / counted)} in whole numbers, for healthy and for
   * degraded hosts on their own ({@code recalculatePerPriorityState}).
   */
  public static int availability(List<Level> levels, long factor) {
    long sum = 0;
    for (Level level : levels) {
      if (level.counted() > 0) {
        sum += Math.min(100, factor * level.healthy() / level.counted());
        sum += Math.min(100, factor * level.degraded() / level.counted());
      }
    }
    return (int) Math.min(100, sum);
  }

  /**
   * True when the priority is in panic: fewer available hosts than the threshold, strictly ({@code
   * isHostSetInPanic}), while the availability of all is below 100. A priority without hosts takes
   * no traffic, so it does not count.
   */
  public static boolean panics(List<Level> levels, int priority, int threshold, long factor) {
    Level level = levels.get(priority);
    return level.counted() > 0
        && 100L * level.available() < (long) threshold * level.counted()
        && availability(levels, factor) < 100;
  }

  /** True when no priority is in panic. */
  public static boolean safe(List<Level> levels, int threshold, long factor) {
    boolean enough = true;
    for (Level level : levels) {
      enough &= 100L * level.available() >= (long) threshold * level.counted();
    }
    return enough || availability(levels, factor) >= 100;
  }

  /**
   * True when no priority is in panic, whichever of the available hosts are the degraded ones: each
   * kind is rounded down on its own, so a level with both may have one percent less.
   */
  static boolean safeInAnyMix(List<Level> levels, int threshold, long factor) {
    boolean enough = true;
    long sum = 0;
    for (Level level : levels) {
      enough &= 100L * level.available() >= (long) threshold * level.counted();
      if (level.available() > 0) {
        long together = factor * level.available() / level.counted();
        sum += Math.max(0, Math.min(100, level.degraded() > 0 ? together - 1 : together));
      }
    }
    return enough || sum >= 100;
  }

  /**
   * The fewest available hosts of so many with which a lone priority is not in panic; 1 or more.
   */
  static int fewest(int counted, int threshold, long factor) {
    long byThreshold = ceil(threshold * (long) counted, 100);
    long byFactor = ceil(100L * counted, factor);
    return (int) Math.max(1, Math.min(byThreshold, byFactor));
  }

  /**
   * The factor with which so many available hosts are enough for an availability of 100. One
   * percent more than that, since healthy and degraded hosts are rounded down on their own.
   */
  static int factor(int counted, int available) {
    return (int) Math.min(Integer.MAX_VALUE, ceil(101L * counted, Math.max(1, available)));
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }
}
