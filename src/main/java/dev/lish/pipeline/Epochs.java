package dev.lish.pipeline;

import dev.lish.delivery.Orders;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises a stage's epoch with the first NACK of clusters or listeners of a revision: the Envoy has
 * applied the good part but goes on reporting the old version, so on a new stream old content under
 * the old version would be met by silence for ever. While Central Dogma is away the raise waits.
 * Confined to the pipeline's thread.
 */
final class Epochs {
  private static final Logger log = LoggerFactory.getLogger(Epochs.class);

  private final SharedRepository shared;
  private final Executor loop;
  private final Map<String, Revision> raisedFor = new HashMap<>();
  private final Map<String, Due> due = new HashMap<>();
  private final Set<String> committing = new HashSet<>();

  /** A revision that was rejected while the stage was in this epoch. */
  private record Due(Revision revision, int epoch) {}

  Epochs(SharedRepository shared, Executor loop) {
    this.shared = shared;
    this.loop = loop;
  }

  /** Takes in a NACK of what a stage served in this revision and epoch. */
  void nacked(String stage, Revision revision, int epoch, ResourceType type) {
    boolean applies = type == ResourceType.CLUSTER || type == ResourceType.LISTENER;
    if (applies && !revision.equals(raisedFor.get(stage))) {
      due.putIfAbsent(stage, new Due(revision, epoch));
    }
  }

  /**
   * Commits what is due.
   *
   * @param local stages under a local order: their epoch is not the shared one, so they wait until
   *     it is
   */
  void step(Predicate<String> local) {
    if (!due.isEmpty() && shared.state() instanceof SourceState.Current<SharedState> current) {
      Map.copyOf(due)
          .forEach(
              (stage, rejected) -> {
                if (!local.test(stage)) {
                  raise(stage, rejected, current.value());
                }
              });
    }
  }

  private void raise(String stage, Due rejected, SharedState state) {
    StageControl control = state.stage(stage);
    if (control.epoch() != rejected.epoch()) {
      // Another replica, or a rollback, has raised it already.
      done(stage, rejected);
      return;
    }
    if (!committing.add(stage)) {
      return;
    }
    String summary = "Raise the epoch of " + stage + ": revision " + rejected.revision();
    var unused =
        shared
            .putStage(state.revision(), stage, Orders.nextEpoch(control), summary + " was rejected")
            .handleAsync(
                (commit, failure) -> {
                  committing.remove(stage);
                  raised(stage, rejected, commit);
                  return commit;
                },
                loop);
  }

  private void raised(String stage, Due rejected, @Nullable Commit commit) {
    if (commit != null && commit.succeeded()) {
      log.info(
          "stage {}: epoch {}, since an Envoy rejected revision {}",
          stage,
          rejected.epoch() + 1,
          rejected.revision());
      done(stage, rejected);
    }
  }

  private void done(String stage, Due rejected) {
    raisedFor.put(stage, rejected.revision());
    due.remove(stage);
  }
}
