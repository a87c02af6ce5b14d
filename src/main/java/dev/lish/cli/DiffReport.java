package dev.lish.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.diff.Effect;
import dev.lish.diff.FieldChange;
import dev.lish.diff.MeshDiff;
import dev.lish.diff.ResourceChange;
import dev.lish.model.SnapshotKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What differs, as it is told.
 *
 * @param sides what was compared
 * @param diff what differs
 * @param held why a server would hold it, in sentences
 * @param envoys how many are connected of each kind; empty: not known
 * @param assumed what both sides rest on, in sentences
 */
record DiffReport(
    Sides sides,
    MeshDiff diff,
    List<String> held,
    Optional<Map<SnapshotKey, Integer>> envoys,
    List<String> assumed) {
  /** Copies the lists. */
  DiffReport {
    held = List.copyOf(held);
    assumed = List.copyOf(assumed);
  }

  /** As the user named them. */
  record Sides(String before, String after) {}

  /**
   * A resource that changes in the same way for several kinds of Envoys.
   *
   * @param kinds which
   */
  record Shared(ResourceChange change, List<SnapshotKey> kinds) {}

  /** Every change once, with the kinds of Envoys that it concerns. */
  List<Shared> shared() {
    Map<Object, Shared> all = new LinkedHashMap<>();
    diff.kinds()
        .forEach(
            (key, changes) -> {
              for (ResourceChange change : changes) {
                // The bytes differ where a cluster's assignment comes along.
                Object same =
                    List.of(
                        change.type(),
                        change.name(),
                        change.kind(),
                        change.path(),
                        change.fields(),
                        change.effect());
                all.computeIfAbsent(same, any -> new Shared(change, new ArrayList<>()))
                    .kinds()
                    .add(key);
              }
            });
    return List.copyOf(all.values());
  }

  static long count(List<ResourceChange> changes, ResourceChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  static long bytes(List<ResourceChange> changes) {
    return changes.stream().mapToLong(ResourceChange::bytes).sum();
  }

  /** What a kind's changes do to its Envoys, in a few words; empty: nothing is disturbed. */
  static String effects(List<ResourceChange> changes) {
    if (!changes.isEmpty() && changes.stream().allMatch(c -> c.effect() == Effect.GONE)) {
      return "no such Envoys any more";
    }
    List<String> effects = new ArrayList<>();
    add(effects, changes, Effect.DRAINS, "listener", "drains", "drain");
    add(effects, changes, Effect.DRAINS_CHAINS, "listener", "drains in part", "drain in part");
    add(effects, changes, Effect.REBUILDS, "cluster", "rebuilt", "rebuilt");
    add(effects, changes, Effect.CLOSES, "cluster", "goes", "go");
    return String.join(", ", effects);
  }

  private static void add(
      List<String> effects, List<ResourceChange> changes, Effect effect, String... words) {
    long number = changes.stream().filter(change -> change.effect() == effect).count();
    if (number > 0) {
      effects.add(
          ProblemPrinter.plural(number, words[0]) + " " + (number == 1 ? words[1] : words[2]));
    }
  }

  /** {@code 12}, or a dash where nobody knows. */
  String envoys(SnapshotKey key) {
    return envoys.map(counts -> Integer.toString(counts.getOrDefault(key, 0))).orElse("-");
  }

  /** The stable format of {@code -o json}. */
  String json() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("old", sides.before()).put("new", sides.after());
    ArrayNode jumps = root.putArray("held");
    held.forEach(jumps::add);
    ArrayNode rests = root.putArray("assumed");
    assumed.forEach(rests::add);
    ArrayNode kinds = root.putArray("kinds");
    diff.kinds()
        .forEach(
            (key, changes) -> {
              if (!changes.isEmpty()) {
                kind(kinds.addObject(), key, changes);
              }
            });
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree in memory can be written", e);
    }
  }

  private void kind(ObjectNode node, SnapshotKey key, List<ResourceChange> changes) {
    node.put("stage", key.stage()).put("group", key.group());
    ObjectNode by = node.putObject("by");
    key.by().forEach(by::put);
    if (envoys.isPresent()) {
      node.put("envoys", envoys.get().getOrDefault(key, 0));
    } else {
      node.putNull("envoys");
    }
    node.put("bytes", bytes(changes));
    ArrayNode list = node.putArray("changes");
    changes.forEach(change -> change(list.addObject(), change));
  }

  private static void change(ObjectNode node, ResourceChange change) {
    node.put("type", change.type().label()).put("name", change.name());
    node.put("kind", word(change.kind())).put("path", change.path());
    node.put("effect", change.effect().name().toLowerCase(Locale.ROOT));
    node.put("disturbs", change.effect().disturbs()).put("bytes", change.bytes());
    ArrayNode fields = node.putArray("fields");
    for (FieldChange field : change.fields()) {
      ObjectNode one = fields.addObject().put("path", field.path());
      one.put("old", field.before().orElse(null)).put("new", field.after().orElse(null));
    }
  }

  static String word(ResourceChange.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
