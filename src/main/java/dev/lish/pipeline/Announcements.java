package dev.lish.pipeline;

import dev.lish.model.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log line for each event that an operator would want to know of, when it begins; what lasts is
 * not repeated. Confined to the pipeline's thread.
 */
final class Announcements {
  private static final Logger log = LoggerFactory.getLogger(Announcements.class);

  /** Of the Problems of a stage; all are in the API. */
  private static final int SHOWN = 10;

  private final Map<String, Set<Problem>> problems = new HashMap<>();
  private View.Membership membership = View.Membership.NONE;
  private boolean ready;

  /** Tells what has begun since the last view. */
  void tell(View view) {
    for (View.Stage stage : view.stages()) {
      tell(stage);
    }
    problems.keySet().retainAll(view.stages().stream().map(View.Stage::name).toList());
    if (!view.membership().equals(membership)) {
      membership = view.membership();
      membership
          .pending()
          .ifPresent(
              revision ->
                  log.warn(
                      "membership of revision {} waits for `lish promote membership {}`: {}",
                      revision,
                      revision,
                      some(membership.moves())));
    }
    boolean now = view.notReady().isEmpty();
    if (now != ready) {
      ready = now;
      if (ready) {
        log.info("ready");
      } else {
        log.warn("not ready: {}", some(view.notReady()));
      }
    }
  }

  private void tell(View.Stage stage) {
    Set<Problem> now = new HashSet<>(stage.problems());
    Set<Problem> before = problems.getOrDefault(stage.name(), Set.of());
    problems.put(stage.name(), now);
    List<Problem> fresh =
        now.stream().filter(problem -> !before.contains(problem)).sorted().toList();
    String revision = stage.target().map(r -> " revision " + r).orElse("");
    for (Problem problem : fresh.subList(0, Math.min(SHOWN, fresh.size()))) {
      log.warn("stage {}{}: {}", stage.name(), revision, problem);
    }
    if (fresh.size() > SHOWN) {
      log.warn("stage {}{}: {} more Problems", stage.name(), revision, fresh.size() - SHOWN);
    }
    if (fresh.isEmpty() && now.isEmpty() && !before.isEmpty()) {
      log.info("stage {} has no Problems any more", stage.name());
    }
  }

  private static String some(List<String> lines) {
    int shown = Math.min(lines.size(), 5);
    String more = lines.size() > shown ? " and " + (lines.size() - shown) + " more" : "";
    return String.join("; ", lines.subList(0, shown)) + more;
  }
}
