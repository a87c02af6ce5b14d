package dev.lish.guard;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One decision on one assignment. */
final class Round {
  private final Stock stock;

  Round(Optional<Base> base, Proposal proposal, ClusterLoadAssignment wanted, Instant now) {
    this.stock = new Stock(base, proposal, wanted, now);
  }

  Decision decide() {
    if (!stock.proposal.settings().enabled()) {
      return finish(all("the guard is switched off for this cluster"));
    }
    if (stock.threshold == 0) {
      return finish(all("the panic threshold is below 1: there is no panic"));
    }
    return finish(stock.isAlone() ? OnePriority.decide(stock) : Steps.decide(stock));
  }

  private Outcome all(String because) {
    stock.addAll();
    return new Outcome(stock.written, new Verdict.Admit(because));
  }

  private Decision finish(Outcome outcome) {
    boolean raised = outcome.factor() > stock.written;
    Optional<Instant> before = stock.base.flatMap(Base::raisedSince);
    Optional<Instant> since = raised ? before.or(() -> Optional.of(stock.now)) : Optional.empty();
    since
        .filter(at -> !at.plus(stock.longest()).isAfter(stock.now))
        .ifPresent(
            at ->
                stock.alarms.add(
                    "the factor has been raised since " + at.truncatedTo(ChronoUnit.SECONDS)));
    if (!raised && before.isPresent() && !stock.proposal.knowsHealth()) {
      stock.alarms.add("the factor went back, though nothing says that the new hosts are up");
    }
    if (!raised && stock.gaveUp()) {
      stock.alarms.add(
          "the factor that made up for hosts that left went back, though " + stock.upOfAll());
    }
    Base next = new Base(stock.hosts, stock.gone, since);
    return new Decision(
        Admitted.of(
            Assignments.with(
                stock.proposal.assignment(),
                stock.wanted,
                stock.hosts,
                raised ? outcome.factor() : 0)),
        next,
        outcome.verdict(),
        stock.levels(false),
        outcome.factor(),
        stock.counting == 0 ? 0 : outcome.factor(),
        stock.written,
        outcome.waiting(),
        List.copyOf(stock.alarms),
        look(next));
  }

  /** When time alone may change the decision. */
  private Optional<Instant> look(Base next) {
    Stream<Instant> settling =
        next.unsettled().values().stream()
            .flatMap(
                known ->
                    Stream.concat(
                        known.settlesAt(stock.settle).stream(),
                        Stream.of(known.added().plus(stock.longest()))));
    Stream<Instant> leaving =
        next.hosts().values().stream()
            .flatMap(known -> known.leaving().stream())
            .map(at -> at.plus(Stock.LEAVE));
    Stream<Instant> limits =
        Stream.concat(next.gone().stream(), next.raisedSince().stream())
            .map(at -> at.plus(stock.longest()));
    // One that was down and passes again counts as up from then on.
    Stream<Instant> counting =
        next.hosts().values().stream()
            .flatMap(known -> known.passingSince().stream())
            .map(at -> at.plus(stock.settle));
    return Stream.of(settling, leaving, limits, counting)
        .flatMap(times -> times)
        .filter(at -> at.isAfter(stock.now))
        .min(Comparator.naturalOrder());
  }
}
