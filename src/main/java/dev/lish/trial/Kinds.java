package dev.lish.trial;

import dev.lish.model.GroupRule;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.NodeMatch;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Bootstrap;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.Snapshot;
import dev.lish.trial.wire.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which Envoys a run needs, and how an Envoy introduces itself to belong to a snapshot. Pure. */
final class Kinds {
  /** The key of a mesh's rules for names in client certificates. */
  static final String PEER = "peer.san";

  private Kinds() {}

  /**
   * One snapshot of each group for every content that differs, and those that tests ask for.
   *
   * @param asked keys that tests ask for
   */
  static List<SnapshotKey> needed(
      Assignment assignment, String stage, java.util.Collection<SnapshotKey> asked) {
    Map<Object, SnapshotKey> byContent = new LinkedHashMap<>();
    List<SnapshotKey> needed = new ArrayList<>(new java.util.LinkedHashSet<>(asked));
    for (SnapshotKey key : needed) {
      assignment.snapshot(key).ifPresent(s -> byContent.putIfAbsent(content(s), key));
    }
    for (GroupRule group : assignment.groups().getOrDefault(stage, List.of())) {
      for (SortedMap<String, String> by : group.combinations()) {
        SnapshotKey key = new SnapshotKey(stage, group.name(), by);
        Optional<Snapshot> snapshot = assignment.snapshot(key);
        if (snapshot.isPresent() && byContent.putIfAbsent(content(snapshot.get()), key) == null) {
          needed.add(key);
        }
      }
    }
    return needed;
  }

  private static Object content(Snapshot snapshot) {
    return List.of(snapshot.key().group(), snapshot.version());
  }

  /**
   * The snapshot of a target; empty, when the stage has no such group or value.
   *
   * @param rules the stage's groups
   */
  static Optional<SnapshotKey> key(TestCase.Target target, String stage, List<GroupRule> rules) {
    List<GroupRule> groups =
        rules.stream()
            .filter(rule -> target.group().map(rule.name()::equals).orElse(true))
            .toList();
    if (groups.size() != 1) {
      return Optional.empty();
    }
    TreeMap<String, String> by = new TreeMap<>();
    groups.get(0).by().forEach((key, values) -> by.put(key, values.get(0)));
    for (Map.Entry<String, String> value : target.by().entrySet()) {
      if (!groups.get(0).by().getOrDefault(value.getKey(), List.of()).contains(value.getValue())) {
        return Optional.empty();
      }
      by.put(value.getKey(), value.getValue());
    }
    return Optional.of(new SnapshotKey(stage, groups.get(0).name(), by));
  }

  /**
   * How an Envoy introduces itself.
   *
   * @param says in its bootstrap
   * @param names in its client certificate
   */
  record Introduction(Bootstrap.Identity says, List<Name> names) {
    /** Copies the list. */
    Introduction {
      names = List.copyOf(names);
    }
  }

  /**
   * How an Envoy introduces itself so that it gets this snapshot.
   *
   * @throws TrialException when another group or nothing takes whoever says so
   */
  static Introduction introduction(Assignment assignment, SnapshotKey key, String id)
      throws TrialException {
    List<Map<String, String>> wanted = new ArrayList<>();
    assignment.stages().stream()
        .filter(rule -> rule.name().equals(key.stage()))
        .forEach(rule -> wanted.add(fill(rule.match(), id)));
    assignment.groups().getOrDefault(key.stage(), List.of()).stream()
        .filter(rule -> rule.name().equals(key.group()))
        .forEach(rule -> wanted.add(fill(rule.match(), id)));
    wanted.add(key.by());
    TreeMap<String, String> says = new TreeMap<>();
    wanted.forEach(says::putAll);
    // A certificate may have several names, so those of a stage and a group do not exclude another.
    List<String> names =
        wanted.stream().map(w -> w.get(PEER)).filter(Objects::nonNull).distinct().toList();
    TreeMap<String, String> metadata = new TreeMap<>();
    says.forEach(
        (name, value) -> {
          if (name.startsWith("metadata.")) {
            metadata.put(name.substring("metadata.".length()), value);
          }
        });
    Locality locality =
        new Locality(
            says.getOrDefault("locality.region", ""),
            says.getOrDefault("locality.zone", ""),
            says.getOrDefault("locality.sub_zone", ""));
    Bootstrap.Identity identity =
        new Bootstrap.Identity(
            says.getOrDefault("id", id), says.getOrDefault("cluster", "test"), locality, metadata);
    Node node = new Node(identity.id(), identity.cluster(), locality, metadata, "", "", names);
    Optional<SnapshotKey> gets = assignment.keyOf(node);
    if (!gets.equals(Optional.of(key))) {
      throw new TrialException(
          "no Envoy can be made up for %s: one that says %s gets %s (expected: rules that it alone"
                  .formatted(key, says, gets.map(Object::toString).orElse("nothing"))
              + " meets)");
    }
    return new Introduction(identity, names.stream().map(Name::of).toList());
  }

  private static Map<String, String> fill(NodeMatch match, String id) {
    Map<String, String> values = new TreeMap<>();
    match.globs().forEach((key, glob) -> values.put(key, glob.replace("*", id).replace('?', 'x')));
    return values;
  }
}
