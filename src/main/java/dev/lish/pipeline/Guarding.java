package dev.lish.pipeline;

import dev.lish.source.SharedRepository;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The parts that look after hosts.
 *
 * @param holding what is kept back
 * @param services the instances of each query
 * @param guards what was decided of each assignment
 * @param events what a person should know of
 */
record Guarding(Holding holding, Services services, Guards guards, Events events) {
  static Guarding of(SharedRepository shared, Memory memory, Executor loop, Clock clock) {
    Holding holding = new Holding(shared, loop);
    Events events = new Events(clock);
    return new Guarding(
        holding, new Services(holding, memory, events), new Guards(memory, holding), events);
  }

  GuardView view(List<GuardView.Change> changes, Instant now) {
    List<GuardView.Guarded> assignments = new ArrayList<>();
    guards
        .decisions()
        .forEach(
            (guarded, decision) -> {
              Set<String> of = new HashSet<>(Set.of(guards.of(guarded)));
              guarded.spec().queries().forEach(query -> of.add(query.toString()));
              assignments.add(
                  new GuardView.Guarded(guarded.spec().name(), guarded.terms(), of, decision));
            });
    assignments.sort(
        Comparator.comparing(GuardView.Guarded::name).thenComparing(one -> one.terms().toString()));
    return new GuardView(
        assignments,
        services.view(now),
        holding.kept(now),
        changes,
        events.crowdedOut(),
        events.count(),
        events.last());
  }
}
