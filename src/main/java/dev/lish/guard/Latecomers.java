package dev.lish.guard;

import dev.lish.guard.Base.Known;
import dev.lish.guard.Levels.View;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Hosts of a lone priority that have not been up for the settle time within the longest raise: for
 * those that never pass the factor would be raised for ever.
 */
final class Latecomers {
  private Latecomers() {}

  /** They count as old and down from then on, where there is no panic with them. */
  static void settle(Stock stock) {
    Instant oldest = stock.now.minus(stock.longest());
    Map<String, Known> late = new TreeMap<>(stock.hosts);
    late.values().removeIf(known -> !isComing(known) || known.added().isAfter(oldest));
    if (!late.isEmpty() && isEnough(stock, at -> !at.isAfter(oldest), View.SURE)) {
      late.forEach((key, known) -> stock.hosts.put(key, known.asSettled()));
    }
  }

  /** When this one, not passing, will; empty: not as long as the others stay as they are. */
  static Optional<Instant> until(Stock stock, Known known) {
    return stock.isAlone() && isEnough(stock, added -> true, View.AS_SAID)
        ? Optional.of(known.added().plus(stock.longest()))
        : Optional.empty();
  }

  private static boolean isComing(Known known) {
    return !known.settled() && known.leaving().isEmpty();
  }

  /** True when there is no panic with those that are old, and with some of those that are not. */
  private static boolean isEnough(Stock stock, Predicate<Instant> added, View view) {
    Map<String, Known> some = new TreeMap<>(stock.hosts);
    some.values().removeIf(known -> isComing(known) && !added.test(known.added()));
    some.replaceAll((key, known) -> known.asSettled());
    return stock.safe(
        Levels.of(
            some,
            stock.listed,
            view,
            stock.now.minus(stock.settle),
            stock.proposal.settings().reserve()));
  }
}
