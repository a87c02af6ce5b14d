package dev.lish.source.dogma;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long what may take.
 *
 * @param poll how long one watch waits at the server; after each the server is asked for its head,
 *     so an outage shows within this time and {@code call}
 * @param call bound of a small request
 * @param read bound of a read of all files, or of a commit
 * @param retry pause after the first failure; doubles with each
 * @param longestRetry where doubling ends
 * @param lag how long a replica may be behind what was seen before its older head is believed
 */
record Pace(
    Duration poll,
    Duration call,
    Duration read,
    Duration retry,
    Duration longestRetry,
    Duration lag) {
  static final Pace DEFAULT =
      new Pace(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30));

  /** The pause before the next try, give or take a third: replicas must not come all at once. */
  Duration pause(int failures) {
    long doubled = retry.toMillis() << Math.min(failures - 1, 10);
    long bounded = Math.min(doubled, longestRetry.toMillis());
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(bounded * 2 / 3, bounded * 4 / 3 + 1));
  }
}
