package dev.lish.app;

import dev.lish.model.GroupRule;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import dev.lish.pipeline.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** An Envoy that would belong to a snapshot: for examples that a new user can type. */
final class Identity {
  private Identity() {}

  /** The first group of the last stage that serves something. */
  static Optional<SnapshotKey> key(View view) {
    List<StageRule> stages = view.assignment().stages();
    for (int i = stages.size() - 1; i >= 0; i--) {
      String stage = stages.get(i).name();
      List<GroupRule> groups = view.assignment().groups().getOrDefault(stage, List.of());
      if (!groups.isEmpty()) {
        SortedMap<String, String> by = groups.get(0).combinations().get(0);
        return Optional.of(new SnapshotKey(stage, groups.get(0).name(), by));
      }
    }
    return Optional.empty();
  }

  /** A {@code --service-cluster} that the group takes. */
  static String cluster(View view, SnapshotKey key) {
    return view.assignment().groups().getOrDefault(key.stage(), List.of()).stream()
        .filter(group -> group.name().equals(key.group()))
        .map(group -> group.match().globs().getOrDefault("cluster", key.group()))
        .map(glob -> glob.replace("*", "demo").replace('?', 'x'))
        .findFirst()
        .orElse(key.group());
  }

  /** The {@code --locality} flags of {@code lish bootstrap}, each with a space before it. */
  static String localityFlag(SnapshotKey key) {
    StringBuilder flags = new StringBuilder();
    locality(key)
        .forEach(
            (part, value) -> flags.append(" --locality ").append(part).append('=').append(value));
    return flags.toString();
  }

  /** {@code region}, {@code zone} and {@code sub_zone}, as far as the key names them. */
  static Map<String, String> locality(SnapshotKey key) {
    Map<String, String> parts = new TreeMap<>();
    key.by()
        .forEach(
            (nodeKey, value) -> {
              if (nodeKey.startsWith("locality.")) {
                parts.put(nodeKey.substring("locality.".length()), value);
              }
            });
    return parts;
  }
}
