package dev.lish.render;

import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.ProblemKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code groups:} of {@code mesh.yaml}. */
final class GroupReader {
  private static final int MAX_SNAPSHOTS = 256;

  private final YamlValues values;
  private final MeshFields fields;
  private final List<String> files;
  private final Map<String, Mesh.Group> groups = new LinkedHashMap<>();

  /**
   * A reader.
   *
   * @param files the paths of all files that hold resources
   */
  GroupReader(YamlValues values, List<String> files) {
    this.values = values;
    this.fields = new MeshFields(values);
    this.files = files;
  }

  /** The groups that were read, in their order. */
  List<Mesh.Group> groups() {
    return List.copyOf(groups.values());
  }

  /** Reads one group. */
  void read(Node node, String what) {
    var entries = values.fields(node, what, "name", "nodes", "by", "resources", "allow_empty");
    Optional<String> name = fields.name(node, entries.get("name"), what);
    NodeMatch match = fields.match(entries.get("nodes"), what + ".nodes");
    SortedMap<String, List<String>> by = by(entries.get("by"), what + ".by");
    List<String> resources = globs(node, entries.get("resources"), what + ".resources");
    var allow = entries.get("allow_empty");
    boolean allowEmpty =
        allow != null && values.bool(allow, what + ".allow_empty").orElse(Boolean.FALSE);
    if (name.isEmpty()) {
      return;
    }
    for (Mesh.Group above : groups.values()) {
      if (above.rule().match().equals(NodeMatch.ALL) && above.rule().by().isEmpty()) {
        values.report(
            ProblemKind.WITHOUT_EFFECT,
            node,
            "group %s never gets an Envoy: group %s above takes them all (order them otherwise)"
                .formatted(name.get(), above.rule().name()));
      }
    }
    Mesh.Group group = new Mesh.Group(new GroupRule(name.get(), match, by), resources, allowEmpty);
    if (groups.putIfAbsent(name.get(), group) != null) {
      values.error(node, "group " + name.get() + " twice (expected: names that differ)");
    }
  }

  private List<String> globs(Node group, @Nullable Node node, String what) {
    if (node == null) {
      values.error(group, "no resources (expected: a list of globs, e.g. [ \"common/**\" ])");
      return List.of();
    }
    List<String> globs = new ArrayList<>();
    for (Node item : values.list(node, what)) {
      values.string(item, what + "[" + globs.size() + "]").ifPresent(globs::add);
    }
    if (globs.isEmpty()) {
      values.error(node, what + ": no glob (expected: at least one, e.g. \"common/**\")");
    }
    for (String text : globs) {
      if (text.isEmpty() || text.startsWith("/") || text.startsWith("./")) {
        values.error(
            node,
            "%s: \"%s\" (expected: a glob over paths from the mesh folder on, e.g. \"common/**\")"
                .formatted(what, text));
      } else if (files.stream().noneMatch(new Glob(text)::matches)) {
        values.report(ProblemKind.UNUSED_GLOB, node, what + ": \"" + text + "\" matches no file");
      }
    }
    return globs;
  }

  private SortedMap<String, List<String>> by(@Nullable Node node, String what) {
    TreeMap<String, List<String>> by = new TreeMap<>();
    if (node == null) {
      return by;
    }
    long product = 1;
    for (var entry : values.entries(node, what).entrySet()) {
      String key = entry.getKey();
      List<String> listed = values.strings(entry.getValue(), what + "." + key);
      if (listed.isEmpty() || listed.stream().distinct().count() < listed.size()) {
        values.error(
            entry.getValue(), what + "." + key + ": " + listed + " (expected: values, each once)");
      }
      if (fields.checkKey(key, entry.getValue(), what)) {
        by.put(key, listed);
      }
      product *= Math.max(1, Math.min(listed.size(), MAX_SNAPSHOTS + 1));
      product = Math.min(product, 1L << 40);
    }
    if (product > MAX_SNAPSHOTS) {
      values.error(
          node,
          "%s: %d combinations of values (expected: at most %d)"
              .formatted(what, product, MAX_SNAPSHOTS));
    }
    for (String key : by.keySet()) {
      if (by.keySet().stream().anyMatch(other -> other.startsWith(key + "."))) {
        values.error(node, what + ": " + key + " is a value and a map (expected: one of the two)");
      }
    }
    return by;
  }
}
