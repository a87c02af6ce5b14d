package dev.lish.pipeline;

import static dev.lish.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.NodeMatch;
import dev.lish.model.StageRule;
import dev.lish.snapshot.Assignment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final Node EDGE = node("edge-1", "edge-a", Map.of());
  private static final Node OTHER = node("other-1", "other", Map.of());
  private static final StageRule RELEASE = new StageRule("release", NodeMatch.ALL, 100);

  private final TestClock clock = new TestClock();
  private final Connections connections = new Connections(clock);

  private static Assignment groups(Map<String, List<GroupRule>> groups) {
    return new Assignment(List.of(RELEASE), groups, Map.of());
  }

  private static Map<String, List<GroupRule>> edgeOnly() {
    NodeMatch match = new NodeMatch(new TreeMap<>(Map.of("cluster", "edge-*")));
    return Map.of("release", List.of(new GroupRule("edge", match, new TreeMap<>())));
  }

  @Test
  void oneThatHasGoneCountsUntilItIsUnlikelyToComeBack() {
    connections.add(1, EDGE);
    connections.remove(1);
    assertThat(connections.all()).containsExactly(EDGE);
    clock.advance(Connections.RETURN);
    assertThat(connections.all()).isEmpty();
  }

  @Test
  void oneThatCameBackCountsOnce() {
    connections.add(1, EDGE);
    connections.remove(1);
    connections.add(2, EDGE);
    assertThat(connections.all()).containsExactly(EDGE);
  }

  @Test
  void oneThatMatchesNothingIsToldOnce() {
    connections.published(groups(edgeOnly()));
    connections.add(1, EDGE);
    connections.add(2, OTHER);
    assertThat(connections.newlyUnmatched()).containsExactly(OTHER);
    assertThat(connections.newlyUnmatched()).isEmpty();
    connections.published(groups(Map.of("release", List.of())));
    assertThat(connections.newlyUnmatched()).containsExactly(EDGE);
  }

  @Test
  void oneWhoseStageHasNothingYetIsOnlyEarly() {
    connections.add(1, OTHER);
    assertThat(connections.newlyUnmatched()).isEmpty();
    connections.published(groups(Map.of()));
    assertThat(connections.newlyUnmatched()).isEmpty();
    connections.published(groups(edgeOnly()));
    assertThat(connections.newlyUnmatched()).containsExactly(OTHER);
  }
}
