package dev.lish.render;

import dev.lish.model.ProblemKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Makes composed documents of one file safe to walk: no cycle, bounded size and depth with all
 * aliases followed, text keys, no key twice, merge keys (<a
 * href="https://yaml.org/type/merge.html">merge.html</a>) resolved in place.
 */
final class NodeTree {
  /** The most nodes that a file may have once its aliases are followed. */
  static final long MAX_NODES = 1_000_000;

  private final Text text;
  private final ProblemSink sink;

  /** What is known of a collection; {@link Extent#OPEN} while it is being checked. */
  private final IdentityHashMap<Node, Extent> known = new IdentityHashMap<>();

  private long nodes;
  private long inheritedEntries;

  NodeTree(Text text, ProblemSink sink) {
    this.text = text;
    this.sink = sink;
  }

  /** False when the document cannot be walked; a Problem says why. */
  boolean check(Node document) {
    try {
      nodes += extent(document).nodes;
      return withinLimit(nodes, document);
    } catch (Unwalkable e) {
      text.report(sink, ProblemKind.SYNTAX, e.node, e.why);
      return false;
    }
  }

  private boolean withinLimit(long count, Node node) {
    if (count > MAX_NODES) {
      text.report(sink, ProblemKind.SYNTAX, node, tooLarge());
      return false;
    }
    return true;
  }

  private static String tooLarge() {
    return "more than " + MAX_NODES + " YAML nodes once aliases are followed (expected: fewer)";
  }

  private Extent extent(Node node) {
    if (node instanceof ScalarNode) {
      return Extent.LEAF;
    }
    Extent before = known.putIfAbsent(node, Extent.OPEN);
    if (Extent.OPEN.equals(before)) {
      throw new Unwalkable(node, "found an anchor whose value contains itself (expected: a tree)");
    }
    if (before != null) {
      return before;
    }
    Extent extent = node instanceof MappingNode map ? ofMap(map) : ofList((SequenceNode) node);
    if (extent.nodes > MAX_NODES) {
      throw new Unwalkable(node, tooLarge());
    }
    if (extent.depth > YamlText.MAX_DEPTH) {
      throw new Unwalkable(
          node, "nested deeper than " + YamlText.MAX_DEPTH + " levels once aliases are followed");
    }
    known.put(node, extent);
    return extent;
  }

  private Extent ofList(SequenceNode list) {
    Extent extent = Extent.LEAF;
    for (Node item : list.getValue()) {
      extent = extent.with(extent(item));
    }
    return extent;
  }

  private Extent ofMap(MappingNode map) {
    Map<String, NodeTuple> own = new HashMap<>();
    List<NodeTuple> kept = new ArrayList<>(map.getValue().size());
    List<MappingNode> merged = new ArrayList<>();
    Extent extent = Extent.LEAF;
    for (NodeTuple tuple : map.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode name)) {
        text.report(
            sink,
            ProblemKind.SYNTAX,
            key,
            "found a key that is a list or a map (expected: text; put {{ }} or [ ] in quotes)");
        extent(key);
        extent(tuple.getValueNode());
      } else if (name.getTag().equals(CoreSchema.MERGE)) {
        extent(tuple.getValueNode());
        addMerged(tuple.getValueNode(), merged);
      } else {
        extent = extent.with(extent(tuple.getValueNode()));
        NodeTuple first = own.putIfAbsent(name.getValue(), tuple);
        if (first == null) {
          kept.add(tuple);
        } else {
          text.report(
              sink,
              ProblemKind.SYNTAX,
              key,
              "key \"%s\" twice, first on %s (expected: once)"
                  .formatted(name.getValue(), text.lineName(YamlText.line(first.getKeyNode()))));
        }
      }
    }
    extent = inherit(merged, own, kept, extent);
    map.setValue(kept);
    return extent;
  }

  /** Adds what merged maps have and the map does not. */
  private Extent inherit(
      List<MappingNode> merged, Map<String, NodeTuple> own, List<NodeTuple> kept, Extent extent) {
    Extent all = extent;
    for (MappingNode source : merged) {
      for (NodeTuple tuple : source.getValue()) {
        // The map's own keys win, then those of the earlier merged map.
        if (own.putIfAbsent(((ScalarNode) tuple.getKeyNode()).getValue(), tuple) == null) {
          kept.add(tuple);
          all = all.with(extent(tuple.getValueNode()));
          // Unlike an alias, a merged entry takes memory each time.
          if (++inheritedEntries > MAX_NODES) {
            throw new Unwalkable(source, tooLarge());
          }
        }
      }
    }
    return all;
  }

  private void addMerged(Node value, List<MappingNode> merged) {
    if (value instanceof MappingNode map) {
      merged.add(map);
      return;
    }
    if (value instanceof SequenceNode list
        && list.getValue().stream().allMatch(MappingNode.class::isInstance)) {
      list.getValue().forEach(item -> merged.add((MappingNode) item));
      return;
    }
    text.report(
        sink,
        ProblemKind.SYNTAX,
        value,
        "found " + Scalars.found(value, text) + " after << (expected: a map or a list of maps)");
  }

  /** How much a node holds with all aliases followed. */
  private record Extent(long nodes, int depth) {
    static final Extent LEAF = new Extent(1, 1);
    static final Extent OPEN = new Extent(0, 0);

    Extent with(Extent child) {
      // Capped, so that a bomb cannot overflow the count.
      return new Extent(
          Math.min(nodes + child.nodes, MAX_NODES + 1), Math.max(depth, child.depth + 1));
    }
  }

  /** The document cannot be walked. */
  private static final class Unwalkable extends RuntimeException {
    private static final long serialVersionUID = 1;
    final transient Node node;
    final String why;

    Unwalkable(Node node, String why) {
      super(why, null, false, false);
      this.node = node;
      this.why = why;
    }
  }
}
