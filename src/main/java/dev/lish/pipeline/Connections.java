package dev.lish.pipeline;

import dev.lish.model.Node;
import dev.lish.snapshot.Assignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The Envoys that are connected, by stream. Confined to the pipeline's thread. */
final class Connections {
  private final Map<Long, Node> nodes = new HashMap<>();
  private Assignment assignment = Assignment.NONE;

  /** True when the stream is new. */
  boolean add(long stream, Node node) {
    return nodes.put(stream, node) == null;
  }

  /** True when the stream was known. */
  boolean remove(long stream) {
    return nodes.remove(stream) != null;
  }

  /** What is published decides who belongs to which stage. */
  void published(Assignment now) {
    assignment = now;
  }

  Collection<Node> all() {
    return nodes.values();
  }

  /** The nodes that belong to this stage. */
  List<Node> of(String stage) {
    List<Node> nodesOfStage = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (Objects.equals(assignment.stageOf(node).orElse(""), stage)) {
        nodesOfStage.add(node);
      }
    }
    return nodesOfStage;
  }
}
