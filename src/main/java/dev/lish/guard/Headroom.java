package dev.lish.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/**
 * How far each priority is from panic.
 *
 * @param addable hosts that could be added at once while all of them are down; empty: any number
 * @param losable hosts that are up and could go down, or leave, at once; empty: all of them
 */
public record Headroom(OptionalInt addable, OptionalInt losable) {

  /** The headroom of each of these priorities, the others staying as they are. */
  public static List<Headroom> of(List<Level> levels, int threshold, long factor) {
    List<Headroom> rooms = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      int priority = i;
      Level level = levels.get(i);
      if (threshold == 0) {
        rooms.add(new Headroom(OptionalInt.empty(), OptionalInt.empty()));
        continue;
      }
      // More than 100 hosts that are down for each that is up are below any threshold.
      int most = 100 * Math.max(1, level.available()) + 1;
      int addable =
          largest(
              most,
              n -> PanicRule.safe(with(levels, priority, level.plusDown(n)), threshold, factor));
      rooms.add(
          new Headroom(
              // So many fit only where the other priorities are enough for all.
              addable == most ? OptionalInt.empty() : OptionalInt.of(addable),
              OptionalInt.of(
                  largest(
                      level.available(),
                      n ->
                          PanicRule.safe(
                              with(levels, priority, level.minusUp(n)), threshold, factor)))));
    }
    return rooms;
  }

  /**
   * True when so many hosts of this priority that are up can leave at once: none would be in panic,
   * and one that is up would stay.
   */
  public static boolean canLeave(
      List<Level> levels, int priority, int hosts, int threshold, long factor) {
    Level level = levels.get(priority);
    return hosts < level.available()
        && PanicRule.safe(with(levels, priority, level.without(hosts)), threshold, factor);
  }

  private static List<Level> with(List<Level> levels, int priority, Level level) {
    List<Level> next = new ArrayList<>(levels);
    next.set(priority, level);
    return next;
  }

  /**
   * The largest number up to the bound that fits, when smaller ones fit wherever larger ones do.
   */
  private static int largest(int bound, IntPredicate fits) {
    if (!fits.test(0)) {
      return 0;
    }
    int low = 0;
    int high = bound;
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      if (fits.test(middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
