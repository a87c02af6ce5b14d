package dev.lish.pipeline;

import static dev.lish.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final Node EDGE = node("edge-1", "edge-a", Map.of());

  private final TestClock clock = new TestClock();
  private final Connections connections = new Connections(clock);

  @Test
  void oneThatHasGoneCountsUntilItIsUnlikelyToComeBack() {
    connections.add(1, EDGE);
    connections.remove(1, clock.instant());
    assertThat(connections.all()).containsExactly(EDGE);
    clock.advance(Connections.RETURN);
    assertThat(connections.all()).isEmpty();
  }

  @Test
  void oneThatCameBackCountsOnce() {
    connections.add(1, EDGE);
    connections.remove(1, clock.instant());
    connections.add(2, EDGE);
    assertThat(connections.all()).containsExactly(EDGE);
  }
}
