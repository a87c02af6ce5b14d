package dev.lish.pipeline;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the guard did that a person should know of: the last of it, and how much there was. */
final class Events {
  private static final Logger log = LoggerFactory.getLogger(Events.class);
  private static final int KEPT = 50;

  private final Clock clock;
  private final Deque<GuardView.Alarm> last = new ArrayDeque<>();
  private long count;

  Events(Clock clock) {
    this.clock = clock;
  }

  void alarm(String text) {
    log.warn("{}", text);
    count++;
    last.addLast(new GuardView.Alarm(clock.instant(), text));
    if (last.size() > KEPT) {
      last.removeFirst();
    }
  }

  List<GuardView.Alarm> last() {
    return List.copyOf(last);
  }

  long count() {
    return count;
  }
}
