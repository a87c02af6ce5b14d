package dev.lish.guard;

/**
 * The hosts of one priority.
 *
 * @param counted all that are listed and not excluded
 * @param healthy of these
 * @param degraded of these
 */
public record Level(int counted, int healthy, int degraded) {
  /** Checks the counts. */
  public Level {
    if (healthy < 0 || degraded < 0 || healthy + degraded > counted) {
      throw new IllegalArgumentException(
          healthy + " healthy and " + degraded + " degraded of " + counted + " (expected: a part)");
    }
  }

  /** Healthy and degraded together. */
  public int available() {
    return healthy + degraded;
  }

  /** With the hosts of the other one. */
  Level plus(Level other) {
    return new Level(counted + other.counted, healthy + other.healthy, degraded + other.degraded);
  }

  /** With so many more hosts, all of them down. */
  Level plusDown(int hosts) {
    return new Level(counted + hosts, healthy, degraded);
  }

  /** With so many hosts up no more; the healthy ones count first. */
  Level minusUp(int hosts) {
    int fewer = Math.min(healthy, hosts);
    return new Level(counted, healthy - fewer, degraded - (hosts - fewer));
  }

  /** Without this percentage of those that are up, which may be down in truth. */
  Level less(int reserve) {
    return minusUp((available() * reserve + 99) / 100);
  }

  /** With so many hosts gone that were up. */
  Level without(int hosts) {
    Level down = minusUp(hosts);
    return new Level(counted - hosts, down.healthy, down.degraded);
  }
}
