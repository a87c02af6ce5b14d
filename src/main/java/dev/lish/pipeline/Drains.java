package dev.lish.pipeline;

import dev.lish.model.Drain;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.source.SharedState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * What operators took out: what is shared, and what was ordered on this replica alone. Confined to
 * the pipeline's thread.
 */
final class Drains {
  private final LocalOrders<Optional<Drain>> local;
  private SortedMap<String, Drain> holding = new TreeMap<>();

  Drains(World world, Executor loop, Runnable wake) {
    local =
        new LocalOrders<>(
            world.shared(), OrderKinds.drains(world.shared(), world.memory()), loop, wake);
  }

  /** Takes in what is shared; gives what holds. */
  Drained step(SharedState shared) {
    local.share();
    TreeMap<String, Drain> next = new TreeMap<>(shared.drains());
    local
        .values()
        .forEach(
            (target, drain) ->
                drain.ifPresentOrElse(d -> next.put(target, d), () -> next.remove(target)));
    holding = next;
    return new Drained(next.keySet());
  }

  /** Drains, or undrains, on this replica. */
  void give(String target, Optional<Drain> drain) {
    local.give(target, drain);
  }

  /** A change of the target's drain is shared since this revision. */
  void settle(String target, Revision since) {
    local.settle(target, since);
  }

  /** What holds, by target. */
  SortedMap<String, Drain> holding() {
    return holding;
  }

  /** What is shown of them. */
  List<View.Drained> view(Discovery discovery, Snapshots snapshots) {
    TreeMap<String, View.Drained> views = new TreeMap<>();
    Map<String, Integer> instances = discovery.counts(holding.keySet());
    holding.forEach(
        (target, drain) ->
            views.put(
                target,
                new View.Drained(
                    drain,
                    local.has(target),
                    instances.getOrDefault(target, 0),
                    snapshots.clustersWith(target),
                    local.conflict(target).map(Problem::message))));
    return List.copyOf(views.values());
  }
}
