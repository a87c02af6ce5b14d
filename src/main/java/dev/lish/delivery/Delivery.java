package dev.lish.delivery;

import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.model.StageRule;
import dev.lish.snapshot.Assignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The rules of delivery. Pure: what is known comes in as arguments. */
public final class Delivery {
  private Delivery() {}

  /** The revision that a stage should have: where it is paused, else its pin, else head. */
  public static Optional<Revision> target(StageControl control, Optional<Revision> head) {
    return control.pausedAt().or(control::revision).or(() -> head);
  }

  /**
   * The connected Envoys that other rules for stages would move, one line each, sorted. Empty: the
   * rules may take effect at once.
   */
  public static List<String> moves(
      Collection<Node> connected, List<StageRule> before, List<StageRule> after) {
    Assignment old = new Assignment(before, Map.of(), Map.of());
    Assignment next = new Assignment(after, Map.of(), Map.of());
    TreeSet<String> moves = new TreeSet<>();
    for (Node node : connected) {
      String from = old.stageOf(node).orElse("none");
      String to = next.stageOf(node).orElse("none");
      if (!from.equals(to)) {
        moves.add(node.id() + ": " + from + " -> " + to);
      }
    }
    return List.copyOf(moves);
  }

  /**
   * The connected Envoys of a stage that match a group now and would match none with other groups,
   * sorted. Such a revision is held: it would cut them off from every later change.
   */
  public static List<String> orphans(
      Collection<Node> connectedToStage, List<GroupRule> before, List<GroupRule> after) {
    List<String> orphans = new ArrayList<>();
    for (Node node : connectedToStage) {
      boolean matched = before.stream().anyMatch(g -> g.take(node).isPresent());
      if (matched && after.stream().noneMatch(g -> g.take(node).isPresent())) {
        orphans.add(node.id());
      }
    }
    return orphans.stream().sorted().distinct().toList();
  }
}
