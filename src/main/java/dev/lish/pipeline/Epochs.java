package dev.lish.pipeline;

import dev.lish.delivery.Orders;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises a stage's epoch with the first NACK of clusters or listeners of a revision: the Envoy has
 * applied the good part but goes on reporting the old version, so on a new stream old content under
 * the old version would be met by silence for ever. Confined to the pipeline's thread.
 */
final class Epochs {
  private static final Logger log = LoggerFactory.getLogger(Epochs.class);

  private final SharedRepository shared;
  private final Map<String, Revision> raisedFor = new HashMap<>();

  Epochs(SharedRepository shared) {
    this.shared = shared;
  }

  /** Takes in a NACK of what a stage served in this revision and epoch; true when it counts. */
  boolean nacked(String stage, Revision revision, int epoch, ResourceType type) {
    boolean applies = type == ResourceType.CLUSTER || type == ResourceType.LISTENER;
    if (!applies || shared.state().last().isEmpty()) {
      return false;
    }
    SharedState state = shared.state().last().get();
    StageControl control = state.stage(stage);
    // Another replica, or an earlier NACK of this revision, has raised it already.
    if (control.epoch() != epoch || revision.equals(raisedFor.put(stage, revision))) {
      return false;
    }
    String summary = "Raise the epoch of " + stage + ": revision " + revision + " was rejected";
    var unused =
        shared
            .putStage(state.revision(), stage, Orders.nextEpoch(control), summary)
            .whenComplete((commit, failure) -> tell(summary, commit, failure));
    return true;
  }

  private static void tell(String summary, @Nullable Commit commit, @Nullable Throwable failure) {
    if (commit instanceof Commit.Done) {
      log.debug("{}", summary);
    } else {
      // Another replica was first, or Central Dogma does not answer.
      log.info("{}: not done, {}", summary, commit == null ? failure : commit);
    }
  }
}
