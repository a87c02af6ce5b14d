package dev.lish.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Takes YAML nodes apart and puts them together anew; an anchor's node is never changed itself. */
final class Nodes {
  private Nodes() {}

  /** The value of a key of a map. */
  static Optional<Node> get(Node node, String key) {
    if (node instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue()) {
        if (isKey(tuple, key)) {
          return Optional.of(tuple.getValueNode());
        }
      }
    }
    return Optional.empty();
  }

  /** True when the entry has this key. */
  static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key);
  }

  /** The map without a key. */
  static MappingNode without(MappingNode map, String key) {
    List<NodeTuple> entries = new ArrayList<>(map.getValue());
    entries.removeIf(tuple -> isKey(tuple, key));
    return with(map, entries);
  }

  /** The map with another value for a key that it has. */
  static MappingNode replace(MappingNode map, String key, Node value) {
    List<NodeTuple> entries = new ArrayList<>(map.getValue());
    entries.replaceAll(
        tuple -> isKey(tuple, key) ? new NodeTuple(tuple.getKeyNode(), value) : tuple);
    return with(map, entries);
  }

  /** The map with other entries. */
  static MappingNode with(MappingNode map, List<NodeTuple> entries) {
    return new MappingNode(
        map.getTag(), true, entries, map.getFlowStyle(), map.getStartMark(), map.getEndMark());
  }

  /** The list with other items. */
  static SequenceNode with(SequenceNode list, List<Node> items) {
    return new SequenceNode(
        list.getTag(), true, items, list.getFlowStyle(), list.getStartMark(), list.getEndMark());
  }

  /** A text at the place of another node. */
  static ScalarNode text(String value, Node place) {
    return new ScalarNode(
        Tag.STR, true, value, ScalarStyle.DOUBLE_QUOTED, place.getStartMark(), place.getEndMark());
  }
}
