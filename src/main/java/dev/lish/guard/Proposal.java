package dev.lish.guard;

import dev.lish.model.Resource;
import java.util.Set;

/**
 * An assignment that is wanted, and all that decides whether it may go out.
 *
 * @param assignment with every host that is to be listed
 * @param rules of the clusters that use it
 * @param settings of the clusters that use it
 * @param knowsHealth false: the registry calls every host passing, so that says nothing
 * @param waiting hosts that a shared hold keeps out for now
 * @param due hosts that have waited for as long as any may, or that an operator let go
 */
public record Proposal(
    Resource assignment,
    ClusterRules rules,
    GuardSettings settings,
    boolean knowsHealth,
    Set<String> waiting,
    Set<String> due) {
  /** Copies the sets. */
  public Proposal {
    waiting = Set.copyOf(waiting);
    due = Set.copyOf(due);
  }
}
