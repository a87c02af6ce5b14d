package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders for the hour in which Central Dogma is down: they act on this replica at once, are kept,
 * and are committed when it is back; where somebody else set the same since, the conflict is shown.
 * Confined to the pipeline's thread.
 *
 * @param <V> what is ordered
 */
final class LocalOrders<V> {
  private static final Logger log = LoggerFactory.getLogger(LocalOrders.class);

  private final SharedRepository shared;
  private final Kind<V> kind;
  private final Executor loop;
  private final Runnable wake;
  private final Map<String, LocalOrder<V>> orders;
  private final Map<String, String> conflicts = new TreeMap<>();
  private final Map<String, Revision> settled = new HashMap<>();
  private final Set<String> committing = new HashSet<>();

  LocalOrders(SharedRepository shared, Kind<V> kind, Executor loop, Runnable wake) {
    this.shared = shared;
    this.kind = kind;
    this.loop = loop;
    this.wake = wake;
    this.orders = new TreeMap<>(kind.kept());
  }

  /** What is ordered, as other code knows it. */
  interface Kind<V> {
    /** For people, for example {@code stage}. */
    String noun();

    /** Those of an earlier run. */
    Map<String, LocalOrder<V>> kept();

    /** Keeps them across a restart. */
    void keep(Map<String, LocalOrder<V>> orders);

    /** Commits one from the base that it was made from. */
    CompletableFuture<Commit> commit(String name, LocalOrder<V> order);

    /** The file in Lish's own repository. */
    String file(String name);
  }

  /** Gives an order; it replaces an earlier one of the same name. */
  void give(String name, V value) {
    Revision base = shared.state().last().map(SharedState::revision).orElse(Revision.NONE);
    orders.put(name, new LocalOrder<>(value, base));
    conflicts.remove(name);
    settled.remove(name);
    kind.keep(orders);
  }

  /**
   * An order of this name is in the shared repository since this revision: what was local is over
   * as soon as that revision is seen, and not before, or nothing would hold in between.
   */
  void settle(String name, Revision since) {
    if (orders.containsKey(name)) {
      settled.put(name, since);
      shared.state().last().ifPresent(this::forgetSettled);
    }
  }

  private void forgetSettled(SharedState seen) {
    boolean changed = false;
    for (Map.Entry<String, Revision> entry : Map.copyOf(settled).entrySet()) {
      if (seen.revision().compareTo(entry.getValue()) >= 0) {
        String name = entry.getKey();
        settled.remove(name);
        conflicts.remove(name);
        changed |= orders.remove(name) != null;
      }
    }
    if (changed) {
      kind.keep(orders);
    }
  }

  boolean has(String name) {
    return orders.containsKey(name);
  }

  /** What holds by a local order. */
  Optional<V> value(String name) {
    return Optional.ofNullable(orders.get(name)).map(LocalOrder::value);
  }

  /** All that hold. */
  Map<String, V> values() {
    Map<String, V> values = new TreeMap<>();
    orders.forEach((name, order) -> values.put(name, order.value()));
    return values;
  }

  /** Commits what is local once the shared repository answers again. */
  void share() {
    if (!orders.isEmpty() && shared.state() instanceof SourceState.Current<SharedState> current) {
      forgetSettled(current.value());
      Map.copyOf(orders).forEach(this::share);
    }
  }

  private void share(String name, LocalOrder<V> order) {
    boolean over = conflicts.containsKey(name) || settled.containsKey(name);
    if (over || !committing.add(name)) {
      return;
    }
    // From the revision that the operator saw: whoever set the same since was first and wins.
    var unused =
        kind.commit(name, order)
            .handleAsync(
                (commit, failure) -> {
                  committing.remove(name);
                  if (failure == null) {
                    shared(name, order, commit);
                  }
                  wake.run();
                  return commit;
                },
                loop);
  }

  private void shared(String name, LocalOrder<V> order, Commit commit) {
    if (!order.equals(orders.get(name))) {
      // Another order was given meanwhile; it has its own try.
      return;
    }
    if (commit instanceof Commit.Done done) {
      log.info("the local order for {} {} is shared now", kind.noun(), name);
      settle(name, done.revision());
    } else if (commit instanceof Commit.Unchanged unchanged) {
      settle(name, unchanged.revision());
    } else if (commit instanceof Commit.Refused refused) {
      log.warn("the local order for {} {} is not shared: {}", kind.noun(), name, refused.message());
      conflicts.put(name, refused.message());
    }
  }

  /** The conflict of an order, as a Problem. */
  Optional<Problem> conflict(String name) {
    return Optional.ofNullable(conflicts.get(name))
        .map(
            why ->
                Problem.error(
                    kind.file(name),
                    0,
                    "the local order is not shared, and holds on this replica alone: "
                        + why
                        + " (expected: an order without --local, to settle it)"));
  }
}
