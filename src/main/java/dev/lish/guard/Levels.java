package dev.lish.guard;

import dev.lish.guard.Base.Known;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts hosts: up is who has been up for long enough, and is. */
final class Levels {
  private Levels() {}

  /**
   * Priority to its hosts.
   *
   * @param hosts that are sent
   * @param listed what the assignment says of those that are wanted
   * @param settledOnly true: without hosts of which too little is known
   * @param reserve percent of those that are up which are taken to be down
   */
  static SortedMap<Integer, Level> of(
      Map<String, Known> hosts, Map<String, Host> listed, boolean settledOnly, int reserve) {
    SortedMap<Integer, int[]> counts = new TreeMap<>();
    hosts.forEach(
        (key, known) -> {
          if (settledOnly && !known.settled()) {
            return;
          }
          int[] count = counts.computeIfAbsent(known.priority(), p -> new int[3]);
          count[0]++;
          Host host = listed.get(key);
          if (known.settled() && host != null && host.up()) {
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
