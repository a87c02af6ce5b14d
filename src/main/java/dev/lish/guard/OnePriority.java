package dev.lish.guard;

/**
 * One priority: a raised factor does nothing but move the point where panic starts, so all goes out
 * at once, with the factor that leaves this point where it is without the change: at the same
 * number of available hosts. This holds whatever Envoy's own checks say of any host.
 */
final class OnePriority {
  private final Stock stock;

  private OnePriority(Stock stock) {
    this.stock = stock;
  }

  static Outcome decide(Stock stock) {
    return new OnePriority(stock).decide();
  }

  private Outcome decide() {
    stock.addAll();
    Latecomers.settle(stock);
    int counted = stock.hosts.size();
    int unsettled = (int) stock.hosts.values().stream().filter(known -> !known.settled()).count();
    stock.makeUpFor(!stock.hasLost() || stock.safe(stock.levels(true)));
    int old = old();
    if (unsettled == 0 && stock.gone.isEmpty()) {
      return new Outcome(
          stock.written, new Verdict.Admit("every host has been there for long enough"));
    }
    int fewest = fewest(old);
    int needed = stock.factor(counted, fewest);
    if (needed <= stock.written) {
      return new Outcome(
          stock.written, new Verdict.Admit("the factor of the assignment is enough"));
    }
    if (old > 0 && stock.up() < fewest) {
      stock.alarms.add(
          "fewer hosts are up (%d of %d) than panic starts at, apart from any change"
              .formatted(stock.up(), old));
    }
    return new Outcome(
        needed, new Verdict.Raise(needed, stock.raisedUntil(), because(unsettled, counted)));
  }

  /** Those that are listed until Envoy lets go of them count once: among those that have left. */
  private int old() {
    return (int)
        stock.hosts.values().stream()
            .filter(known -> known.settled() && (stock.gone.isEmpty() || known.leaving().isEmpty()))
            .count();
  }

  /** So many of the old hosts must be up for there to be no panic without the change. */
  private int fewest(int old) {
    int lost = stock.gone.size();
    // By weights one host may be enough before the change, so one must be enough after it.
    return old == 0 || stock.counting == 0
        ? 1
        : Math.max(1, PanicRule.fewest(old + lost, stock.threshold, stock.written) - lost);
  }

  private String because(int unsettled, int counted) {
    String loss = stock.gone.isEmpty() ? "" : stock.gone.size() + " hosts that were up have left";
    String news =
        unsettled == 0
            ? ""
            : unsettled + " of " + counted + " hosts have not been up for long enough";
    return loss.isEmpty() || news.isEmpty() ? loss + news : news + ", and " + loss;
  }
}
