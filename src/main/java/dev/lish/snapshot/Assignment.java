package dev.lish.snapshot;

import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Who gets which snapshot, at one moment. Immutable; the one thing that the pipeline publishes.
 *
 * @param stages in order of precedence
 * @param groups stage to its groups in order of precedence, as in the revision that the stage has;
 *     a stage that has nothing to serve yet is absent
 * @param snapshots what is ready
 */
public record Assignment(
    List<StageRule> stages,
    Map<String, List<GroupRule>> groups,
    Map<SnapshotKey, Snapshot> snapshots) {
  /** Knows nobody and serves nothing. */
  public static final Assignment NONE = new Assignment(List.of(), Map.of(), Map.of());

  /** Copies the collections. */
  public Assignment {
    stages = List.copyOf(stages);
    groups = Map.copyOf(groups);
    snapshots = Map.copyOf(snapshots);
  }

  /** The first stage that takes the node. */
  public Optional<String> stageOf(Node node) {
    return stages.stream().filter(s -> s.takes(node)).map(StageRule::name).findFirst();
  }

  /**
   * Whose snapshot the node gets: that of the first stage that takes it and, in that stage, of the
   * first group that does. Empty: it matches none, and is sent nothing.
   */
  public Optional<SnapshotKey> keyOf(Node node) {
    return stageOf(node).flatMap(stage -> keyOf(stage, node));
  }

  private Optional<SnapshotKey> keyOf(String stage, Node node) {
    for (GroupRule group : groups.getOrDefault(stage, List.of())) {
      Optional<SortedMap<String, String>> by = group.take(node);
      if (by.isPresent()) {
        return Optional.of(new SnapshotKey(stage, group.name(), by.get()));
      }
    }
    return Optional.empty();
  }

  /** The snapshot; empty while it is not ready, and then its Envoys are sent nothing. */
  public Optional<Snapshot> snapshot(SnapshotKey key) {
    return Optional.ofNullable(snapshots.get(key));
  }

  /** The node's snapshot. */
  public Optional<Snapshot> snapshot(Node node) {
    return keyOf(node).flatMap(this::snapshot);
  }
}
