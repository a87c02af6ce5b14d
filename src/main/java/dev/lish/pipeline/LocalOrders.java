package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * Orders for the hour in which Central Dogma is down: they act on this replica at once, are kept,
 * and are committed when it is back; where somebody else set the stage since, the conflict is
 * shown. Confined to the pipeline's thread.
 */
final class LocalOrders {
  private final SharedRepository shared;
  private final Memory memory;
  private final Executor loop;
  private final Runnable wake;
  private final Map<String, StageControl> orders;
  private final Map<String, String> conflicts = new TreeMap<>();
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
    orders.put(stage, control);
    conflicts.remove(stage);
    memory.keepLocalOrders(orders);
  }

  /** An order was committed to the shared repository: it settles what was local. */
  void settle(String stage) {
    conflicts.remove(stage);
    if (orders.remove(stage) != null) {
      memory.keepLocalOrders(orders);
    }
  }

  boolean has(String stage) {
    return orders.containsKey(stage);
  }

  /** What holds for the stage: the local order, else what is shared. */
  StageControl control(String stage, SharedState state) {
    return orders.getOrDefault(stage, state.stage(stage));
  }

  /** Commits what is local once the shared repository answers again. */
  void share() {
    if (orders.isEmpty() || !(shared.state() instanceof SourceState.Current<SharedState> current)) {
      return;
    }
    orders.forEach((stage, control) -> share(stage, control, current.value()));
  }

  private void share(String stage, StageControl control, SharedState state) {
    if (conflicts.containsKey(stage) || !committing.add(stage)) {
      return;
    }
    if (state.stage(stage).at().isAfter(control.at())) {
      committing.remove(stage);
      conflicts.put(stage, "was set since by " + state.stage(stage).by());
      return;
    }
    var unused =
        shared
            .putStage(state.revision(), stage, control, "Share a local order for " + stage)
            .handleAsync(
                (commit, failure) -> {
                  committing.remove(stage);
                  if (failure == null) {
                    shared(stage, control, commit);
                  }
                  wake.run();
                  return commit;
                },
                loop);
  }

  private void shared(String stage, StageControl control, Commit commit) {
    if (commit.succeeded() && control.equals(orders.get(stage))) {
      settle(stage);
    } else if (commit instanceof Commit.Refused refused) {
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
                    "the local order is not shared: the stage "
                        + why
                        + " (expected: give the order again, without --local)"));
  }
}
