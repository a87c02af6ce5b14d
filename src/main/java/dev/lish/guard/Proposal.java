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
 * @param unheard places of hosts whose registry does not answer: nothing new is known of them, so
 *     they are not on their way to count as up
 */
public record Proposal(
    Resource assignment,
    ClusterRules rules,
    GuardSettings settings,
    boolean knowsHealth,
    Set<String> waiting,
    Set<String> due,
    Set<String> unheard) {
  /** Copies the sets. */
  public Proposal {
    waiting = Set.copyOf(waiting);
    due = Set.copyOf(due);
    unheard = Set.copyOf(unheard);
  }

  /** All registries answer. */
  public Proposal(
      Resource assignment,
      ClusterRules rules,
      GuardSettings settings,
      boolean knowsHealth,
      Set<String> waiting,
      Set<String> due) {
    this(assignment, rules, settings, knowsHealth, waiting, due, Set.of());
  }
}
