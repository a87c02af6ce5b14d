package dev.lish.guard;

import java.time.Duration;

/**
 * The {@code guard:} of {@code mesh.yaml}, for one cluster.
 *
 * @param enabled false: its assignments go out as they come
 * @param settle how long a host must have been passing before it counts as up
 * @param reserve percent of the hosts that count as up which may be down in truth
 * @param longestRaise after this time a raised factor is an alarm, waiting hosts go out, and where
 *     the registry knows no health a new host counts as up
 * @param hold how long hosts are kept that were deregistered, or turned critical, too many at once
 * @param mass more percent than this of a service's passing hosts are too many
 * @param window within this time
 */
public record GuardSettings(
    boolean enabled,
    Duration settle,
    int reserve,
    Duration longestRaise,
    Duration hold,
    int mass,
    Duration window) {
  /** What counts where nothing is set. */
  public static final GuardSettings DEFAULT =
      new GuardSettings(
          true,
          Duration.ofSeconds(60),
          10,
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          50,
          Duration.ofMinutes(2));

  /** Checks the ranges. */
  public GuardSettings {
    check("settle", settle);
    check("longest_raise", longestRaise);
    check("hold", hold);
    check("window", window);
    check("reserve", reserve, 0, 99);
    check("mass", mass, 1, 100);
  }

  /** Settings that are safe for both: two clusters may share one assignment. */
  public GuardSettings and(GuardSettings other) {
    return new GuardSettings(
        enabled || other.enabled,
        longer(settle, other.settle),
        Math.max(reserve, other.reserve),
        longer(longestRaise, other.longestRaise),
        longer(hold, other.hold),
        Math.min(mass, other.mass),
        longer(window, other.window));
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static void check(String name, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: up to a day)");
    }
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }
}
