package dev.lish.render;

import dev.lish.model.Nearest;
import dev.lish.model.NodeMatch;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** The fields that stages and groups of {@code mesh.yaml} have in common. */
record MeshFields(YamlValues values) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final List<String> NODE_KEYS =
      List.of("id", "cluster", "locality.region", "locality.zone", "locality.sub_zone", "peer.san");

  /** The {@code name} of a stage or a group; empty after a Problem. */
  Optional<String> name(Node owner, @Nullable Node node, String what) {
    if (node == null) {
      values.error(owner, what + ": no name");
      return Optional.empty();
    }
    Optional<String> name = values.string(node, what + ".name");
    if (name.isPresent() && !NAME.matcher(name.get()).matches()) {
      values.error(
          node,
          "%s.name: \"%s\" (expected: letters, digits, \".\", \"_\" and \"-\", at most 63)"
              .formatted(what, name.get()));
      return Optional.empty();
    }
    return name;
  }

  /** Who belongs; every node where it is left out. */
  NodeMatch match(@Nullable Node node, String what) {
    TreeMap<String, String> globs = new TreeMap<>();
    if (node != null) {
      values
          .entries(node, what)
          .forEach(
              (key, value) -> {
                Optional<String> glob = values.string(value, what + "." + key);
                if (checkKey(key, value, what) && glob.isPresent()) {
                  globs.put(key, glob.get());
                }
                if (glob.isPresent() && glob.get().isEmpty()) {
                  values.error(value, what + "." + key + ": empty (expected: a glob)");
                }
              });
      if (globs.isEmpty()) {
        values.error(node, what + ": no key (leave it out to match every Envoy)");
      }
    }
    return new NodeMatch(globs);
  }

  /** True when the key names something of a node; otherwise a Problem. */
  boolean checkKey(String key, Node node, String what) {
    if (dev.lish.model.Node.isKey(key)) {
      return true;
    }
    values.error(
        node,
        "%s: unknown key \"%s\" (expected: %s or metadata.KEY)%s"
            .formatted(what, key, String.join(", ", NODE_KEYS), nearest(key)));
    return false;
  }

  private static String nearest(String key) {
    int dot = key.indexOf('.');
    boolean metadata =
        dot > 0 && Nearest.of(key.substring(0, dot), List.of("metadata")).isPresent();
    return metadata
        ? "; did you mean \"metadata" + key.substring(dot) + "\"?"
        : Nearest.question(key, NODE_KEYS);
  }
}
