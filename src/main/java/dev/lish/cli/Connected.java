package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.GroupRule;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Mesh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The Envoys that are connected, and what becomes of those whose kind another mesh does not have.
 *
 * @param counts how many there are of each kind
 * @param held in sentences, those that would be left without a group: a server holds such a mesh
 * @param told in sentences, those that would be of another kind, or of one that cannot be told
 */
record Connected(Map<SnapshotKey, Integer> counts, List<String> held, List<String> told) {
  /** More names are no help. */
  private static final int MOST = 5;

  /**
   * By the answer of {@code GET /api/v1/nodes}.
   *
   * @param kinds of the other mesh
   */
  static Connected of(JsonNode nodes, Mesh after, Set<SnapshotKey> kinds) {
    Map<SnapshotKey, Integer> counts = new LinkedHashMap<>();
    Map<String, List<String>> lost = new TreeMap<>();
    Map<String, Integer> told = new TreeMap<>();
    for (JsonNode node : nodes) {
      if (node.path("group").asText("").isEmpty()) {
        continue;
      }
      SnapshotKey key = kind(node);
      counts.merge(key, 1, Integer::sum);
      if (kinds.contains(key)) {
        continue;
      }
      Next next = next(node, after);
      if (next.group().isPresent()) {
        told.merge(
            "moves from %s to group %s: what that does to it is not compared"
                .formatted(name(key), next.group().get()),
            1,
            Integer::sum);
      } else if (next.isSure()) {
        lost.computeIfAbsent(key.stage(), s -> new ArrayList<>()).add(node.path("id").asText());
      } else {
        told.merge(
            "of %s has no such group any more: what takes it there goes by metadata or certificates,"
                    .formatted(name(key))
                + " which are not known here",
            1,
            Integer::sum);
      }
    }
    List<String> sentences = new ArrayList<>();
    told.forEach(
        (what, count) ->
            sentences.add(ProblemPrinter.plural(count, "connected Envoy") + " " + what));
    List<String> held = new ArrayList<>();
    lost.forEach((stage, ids) -> held.add("stage " + stage + ": no group takes " + some(ids)));
    return new Connected(counts, List.copyOf(held), List.copyOf(sentences));
  }

  private record Next(Optional<String> group, boolean isSure) {}

  /** The first group that takes it, as far as what the API tells is enough to say so. */
  private static Next next(JsonNode json, Mesh after) {
    JsonNode locality = json.path("locality");
    Node node =
        new Node(
            json.path("id").asText(),
            json.path("cluster").asText(),
            new Locality(
                locality.path("region").asText(),
                locality.path("zone").asText(),
                locality.path("sub_zone").asText()),
            new TreeMap<>(),
            "",
            "",
            List.of());
    for (Mesh.Group group : after.groups()) {
      if (!isKnown(group.rule())) {
        return new Next(Optional.empty(), false);
      }
      if (group.rule().take(node).isPresent()) {
        return new Next(Optional.of(group.rule().name()), true);
      }
    }
    return new Next(Optional.empty(), true);
  }

  private static boolean isKnown(GroupRule rule) {
    return Stream.concat(rule.match().globs().keySet().stream(), rule.by().keySet().stream())
        .noneMatch(key -> key.startsWith("metadata.") || key.startsWith("peer."));
  }

  private static SnapshotKey kind(JsonNode node) {
    TreeMap<String, String> by = new TreeMap<>();
    node.path("by").properties().forEach(e -> by.put(e.getKey(), e.getValue().asText()));
    return new SnapshotKey(node.path("stage").asText(), node.path("group").asText(), by);
  }

  private static String name(SnapshotKey key) {
    return key.stage()
        + "/"
        + key.group()
        + String.join("", key.by().values().stream().map(v -> " " + v).toList());
  }

  private static String some(List<String> ids) {
    return ids.size() <= MOST
        ? String.join(", ", ids)
        : String.join(", ", ids.subList(0, MOST)) + " and " + (ids.size() - MOST) + " more";
  }
}
