package dev.lish.pipeline;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows the registries that answer, and in which none of what is asked for is left: as an empty
 * catalog after the loss of a leader. An answer costs the same however many services there are.
 */
final class Losses {
  private final Set<DiscoveryQuery> filled = new HashSet<>();

  /** How many queries of each registry find something; all that are asked are there. */
  private final Map<String, Integer> finding = new HashMap<>();

  /** Forgets all that was known: these are asked now. */
  void ask(Collection<DiscoveryQuery> queries) {
    filled.retainAll(queries);
    finding.clear();
    queries.forEach(
        query -> finding.merge(query.registry(), filled.contains(query) ? 1 : 0, Integer::sum));
  }

  /** The answer to a query that is asked; of another one nothing is noted. */
  void answered(DiscoveryQuery query, List<Instance> found) {
    boolean changed = found.isEmpty() ? filled.remove(query) : filled.add(query);
    if (changed) {
      finding.merge(query.registry(), found.isEmpty() ? -1 : 1, Integer::sum);
    }
  }

  Set<String> lost() {
    Set<String> lost = new HashSet<>();
    finding.forEach(
        (registry, queries) -> {
          if (queries == 0) {
            lost.add(registry);
          }
        });
    return lost;
  }
}
