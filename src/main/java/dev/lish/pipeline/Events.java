package dev.lish.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the guard did that a person should know of: the last of it, and how much there was. */
final class Events {
  private static final Logger log = LoggerFactory.getLogger(Events.class);
  private static final int KEPT = 50;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Clock clock;
  private final Deque<GuardView.Alarm> last = new ArrayDeque<>();
  private final Map<String, Instant> told = new HashMap<>();
  private long count;
  private long crowdedOut;

  Events(Clock clock) {
    this.clock = clock;
  }

  /**
   * Tells of something.
   *
   * @param about what it is of: the same again within {@link #PAUSE} counts, and is told no more
   */
  void alarm(String about, String text) {
    count++;
    Instant now = clock.instant();
    Instant before = told.get(about);
    if (before != null && before.plus(PAUSE).isAfter(now)) {
      log.debug("{}", text);
      return;
    }
    told.values().removeIf(at -> !at.plus(PAUSE).isAfter(now));
    told.put(about, now);
    log.warn("{}", text);
    last.addLast(new GuardView.Alarm(now, text));
    if (last.size() > KEPT) {
      last.removeFirst();
    }
  }

  /** So many hosts were let go early, since too many were kept. */
  void crowdedOut(int hosts) {
    crowdedOut += hosts;
  }

  long crowdedOut() {
    return crowdedOut;
  }

  List<GuardView.Alarm> last() {
    return List.copyOf(last);
  }

  long count() {
    return count;
  }
}
