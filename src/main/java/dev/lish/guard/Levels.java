package dev.lish.guard;

import dev.lish.guard.Base.Known;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts hosts, with those up that are taken to be. */
final class Levels {
  private Levels() {}

  /** What is made of hosts of which too little is known. */
  enum View {
    /** Up is who has been passing for the settle time; the others are down. */
    SURE,
    /** Up is who is passing and was there for the settle time; newer ones do not count at all. */
    AS_SAID,
    /** As said, and newer ones that are passing are up already, as Envoy may have found by now. */
    AT_BEST
  }

  /**
   * Priority to its hosts.
   *
   * @param hosts that are sent
   * @param listed what the assignment says of those that are wanted
   * @param before who has been passing since then or longer has been so for the settle time
   * @param reserve percent of those that are up which are taken to be down
   */
  static SortedMap<Integer, Level> of(
      Map<String, Known> hosts, Map<String, Host> listed, View view, Instant before, int reserve) {
    SortedMap<Integer, int[]> counts = new TreeMap<>();
    hosts.forEach(
        (key, known) -> {
          Host host = listed.get(key);
          boolean passing = host != null && host.up();
          if (!known.settled() && (view == View.AS_SAID || (view == View.AT_BEST && !passing))) {
            return;
          }
          int[] count = counts.computeIfAbsent(known.priority(), p -> new int[3]);
          count[0]++;
          boolean sure = known.passingSince().map(at -> !at.isAfter(before)).orElse(false);
          if (host != null && host.up() && (view != View.SURE || (known.settled() && sure))) {
            count[host.status() == Host.Status.UP ? 1 : 2]++;
          }
        });
    SortedMap<Integer, Level> levels = new TreeMap<>();
    counts.forEach(
        (priority, count) -> {
          Level level = new Level(count[0], count[1], count[2]);
          levels.put(priority, level.less(reserve));
        });
    return levels;
  }
}
