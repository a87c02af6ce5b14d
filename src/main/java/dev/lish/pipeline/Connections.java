package dev.lish.pipeline;

import dev.lish.model.Node;
import dev.lish.snapshot.Assignment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The Envoys that are connected, by stream. One that has just gone counts as connected for a while:
 * it is likely to come back, and must not find that its absence was taken for consent. Confined to
 * the pipeline's thread.
 */
final class Connections {
  /** Envoy tries again after 30 s at the latest. */
  static final Duration RETURN = Duration.ofSeconds(45);

  private static final int MOST_GONE = 10_000;

  private final Map<Long, Node> nodes = new HashMap<>();
  private final Map<String, Gone> gone = new LinkedHashMap<>();
  private final Clock clock;
  private Assignment assignment = Assignment.NONE;

  /** A node whose stream ended, and when. */
  private record Gone(Node node, Instant at) {}

  Connections(Clock clock) {
    this.clock = clock;
  }

  /** True when the stream is new. */
  boolean add(long stream, Node node) {
    gone.remove(node.id());
    return nodes.put(stream, node) == null;
  }

  /** True when the stream was known. */
  boolean remove(long stream, Instant at) {
    Node node = nodes.remove(stream);
    if (node != null) {
      gone.remove(node.id());
      gone.put(node.id(), new Gone(node, at));
      forget();
    }
    return node != null;
  }

  /** What is published decides who belongs to which stage. */
  void published(Assignment now) {
    assignment = now;
  }

  /** The nodes that are connected, and those that may come back. */
  Collection<Node> all() {
    forget();
    List<Node> all = new ArrayList<>(nodes.values());
    gone.values().forEach(g -> all.add(g.node()));
    return all;
  }

  private void forget() {
    Instant now = clock.instant();
    Iterator<Gone> oldestFirst = gone.values().iterator();
    while (oldestFirst.hasNext()) {
      boolean expired = !now.isBefore(oldestFirst.next().at().plus(RETURN));
      if (!expired && gone.size() <= MOST_GONE) {
        return;
      }
      oldestFirst.remove();
    }
  }

  /** Those of {@link #all} that belong to this stage. */
  List<Node> of(String stage) {
    List<Node> nodesOfStage = new ArrayList<>();
    for (Node node : all()) {
      if (Objects.equals(assignment.stageOf(node).orElse(""), stage)) {
        nodesOfStage.add(node);
      }
    }
    return nodesOfStage;
  }
}
