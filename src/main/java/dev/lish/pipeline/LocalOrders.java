package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
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
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders for the hour in which Central Dogma is down: they act on this replica at once, are kept,
 * and are committed when it is back; where somebody else set the stage since, the conflict is
 * shown. Confined to the pipeline's thread.
 */
final class LocalOrders {
  private static final Logger log = LoggerFactory.getLogger(LocalOrders.class);

  private final SharedRepository shared;
  private final Memory memory;
  private final Executor loop;
  private final Runnable wake;
  private final Map<String, LocalOrder> orders;
  private final Map<String, String> conflicts = new TreeMap<>();
  private final Map<String, Revision> settled = new HashMap<>();
  private final Set<String> committing = new HashSet<>();

  LocalOrders(SharedRepository shared, Memory memory, Executor loop, Runnable wake) {
    this.shared = shared;
    this.memory = memory;
    this.loop = loop;
    this.wake = wake;
    this.orders = new TreeMap<>(memory.localOrders());
  }

  /** Gives an order; it replaces an earlier one for the stage. */
  void give(String stage, StageControl control) {
    Revision base = shared.state().last().map(SharedState::revision).orElse(Revision.NONE);
    orders.put(stage, new LocalOrder(control, base));
    conflicts.remove(stage);
    settled.remove(stage);
    memory.keepLocalOrders(orders);
  }

  /**
   * An order for the stage is in the shared repository since this revision: what was local is over
   * as soon as that revision is seen, and not before, or the stage would be free in between.
   */
  void settle(String stage, Revision since) {
    if (orders.containsKey(stage)) {
      settled.put(stage, since);
      shared.state().last().ifPresent(this::forgetSettled);
    }
  }

  private void forgetSettled(SharedState seen) {
    boolean changed = false;
    for (Map.Entry<String, Revision> entry : Map.copyOf(settled).entrySet()) {
      if (seen.revision().compareTo(entry.getValue()) >= 0) {
        String stage = entry.getKey();
        settled.remove(stage);
        conflicts.remove(stage);
        changed |= orders.remove(stage) != null;
      }
    }
    if (changed) {
      memory.keepLocalOrders(orders);
    }
  }

  boolean has(String stage) {
    return orders.containsKey(stage);
  }

  /** What holds for the stage: the local order, else what is shared. */
  StageControl control(String stage, SharedState state) {
    LocalOrder order = orders.get(stage);
    return order == null ? state.stage(stage) : order.control();
  }

  /** Commits what is local once the shared repository answers again. */
  void share() {
    if (!orders.isEmpty() && shared.state() instanceof SourceState.Current<SharedState> current) {
      forgetSettled(current.value());
      Map.copyOf(orders).forEach(this::share);
    }
  }

  private void share(String stage, LocalOrder order) {
    boolean over = conflicts.containsKey(stage) || settled.containsKey(stage);
    if (over || !committing.add(stage)) {
      return;
    }
    // From the revision that the operator saw: whoever set the stage since was first and wins.
    var unused =
        shared
            .putStage(order.base(), stage, order.control(), "Share a local order for " + stage)
            .handleAsync(
                (commit, failure) -> {
                  committing.remove(stage);
                  if (failure == null) {
                    shared(stage, order, commit);
                  }
                  wake.run();
                  return commit;
                },
                loop);
  }

  private void shared(String stage, LocalOrder order, Commit commit) {
    if (!order.equals(orders.get(stage))) {
      // Another order was given meanwhile; it has its own try.
      return;
    }
    if (commit instanceof Commit.Done done) {
      log.info("the local order for stage {} is shared now", stage);
      settle(stage, done.revision());
    } else if (commit instanceof Commit.Unchanged unchanged) {
      settle(stage, unchanged.revision());
    } else if (commit instanceof Commit.Refused refused) {
      log.warn("the local order for stage {} is not shared: {}", stage, refused.message());
      conflicts.put(stage, refused.message());
    }
  }

  /** The conflict of a stage, as a Problem. */
  Optional<Problem> conflict(String stage) {
    return Optional.ofNullable(conflicts.get(stage))
        .map(
            why ->
                Problem.error(
                    "stages/" + stage + ".json",
                    0,
                    "the local order is not shared, and holds on this replica alone: "
                        + why
                        + " (expected: an order without --local, to settle it)"));
  }
}
