package dev.lish.delivery;

import static dev.lish.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.GroupRule;
import dev.lish.model.Node;
import dev.lish.model.NodeMatch;
import dev.lish.model.StageRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private static final StageRule BETA = stage("beta", Map.of("metadata.stage", "beta"));
  private static final StageRule RELEASE = stage("release", Map.of());
  private static final Node BETA_NODE = node("b-1", "edge-a", Map.of("stage", "beta"));
  private static final Node RELEASE_NODE = node("r-1", "edge-a", Map.of());

  private static StageRule stage(String name, Map<String, String> globs) {
    return new StageRule(name, new NodeMatch(new TreeMap<>(globs)), 100);
  }

  private static GroupRule group(String name, String clusterGlob) {
    return new GroupRule(
        name, new NodeMatch(new TreeMap<>(Map.of("cluster", clusterGlob))), new TreeMap<>());
  }

  @Test
  void sameRulesMoveNobody() {
    List<StageRule> rules = List.of(BETA, RELEASE);
    assertThat(Delivery.moves(List.of(BETA_NODE, RELEASE_NODE), rules, rules)).isEmpty();
  }

  @Test
  void movedEnvoysAreListed() {
    List<String> moves =
        Delivery.moves(
            List.of(RELEASE_NODE, BETA_NODE), List.of(BETA, RELEASE), List.of(RELEASE, BETA));
    assertThat(moves).containsExactly("b-1: beta -> release");
  }

  @Test
  void anEnvoyThatNoStageWouldTakeMoves() {
    assertThat(Delivery.moves(List.of(RELEASE_NODE), List.of(RELEASE), List.of(BETA)))
        .containsExactly("r-1: release -> none");
  }

  @Test
  void envoysThatWouldLoseTheirGroupAreOrphans() {
    List<GroupRule> before = List.of(group("edge", "edge-*"));
    List<GroupRule> after = List.of(group("edge", "edge-b*"));
    assertThat(Delivery.orphans(List.of(RELEASE_NODE), before, after)).containsExactly("r-1");
  }

  @Test
  void envoysThatMatchedNothingBeforeAreNoOrphans() {
    List<GroupRule> before = List.of(group("edge", "other"));
    List<GroupRule> after = List.of(group("edge", "another"));
    assertThat(Delivery.orphans(List.of(RELEASE_NODE), before, after)).isEmpty();
  }
}
