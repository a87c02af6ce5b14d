package dev.lish.source;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that operators set and all replicas share, read from Lish's own repository at one revision.
 *
 * @param revision of Lish's own repository
 * @param stages stage to what was set for it; a stage without an entry has {@link
 *     StageControl#DEFAULT}
 * @param membership the mesh revision whose {@code stages:} and {@code groups:} decide who belongs
 *     where; empty until the first was accepted
 * @param drains target to drain
 * @param holds what of changes of hosts is kept back
 */
public record SharedState(
    Revision revision,
    SortedMap<String, StageControl> stages,
    Optional<Revision> membership,
    SortedMap<String, Drain> drains,
    Holds holds) {
  /** Copies the maps. */
  public SharedState {
    stages = Collections.unmodifiableSortedMap(new TreeMap<>(stages));
    drains = Collections.unmodifiableSortedMap(new TreeMap<>(drains));
  }

  /** What was set for the stage. */
  public StageControl stage(String name) {
    return stages.getOrDefault(name, StageControl.DEFAULT);
  }
}
