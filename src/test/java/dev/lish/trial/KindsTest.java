package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import dev.lish.snapshot.Assignment;
import dev.lish.trial.wire.Name;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How Envoys are made up that belong to a snapshot. */
class KindsTest {
  private static NodeMatch match(Map<String, String> globs) {
    return new NodeMatch(new TreeMap<>(globs));
  }

  private static GroupRule group(
      String name, Map<String, String> globs, Map<String, List<String>> by) {
    return new GroupRule(name, match(globs), new TreeMap<>(by));
  }

  private static Assignment assignment(StageRule stage, GroupRule... groups) {
    return new Assignment(List.of(stage), Map.of(stage.name(), List.of(groups)), Map.of());
  }

  private static SnapshotKey key(String group, Map<String, String> by) {
    return new SnapshotKey("beta", group, new TreeMap<>(by));
  }

  @Test
  void anEnvoySaysWhatStageAndGroupAskFor() throws TrialException {
    Assignment assignment =
        assignment(
            new StageRule("beta", match(Map.of("metadata.stage", "b?ta")), 100),
            group(
                "edge",
                Map.of("id", "edge-*", "cluster", "edge"),
                Map.of("locality.zone", List.of("tokyo-1", "tokyo-2"))));
    Kinds.Introduction introduction =
        Kinds.introduction(assignment, key("edge", Map.of("locality.zone", "tokyo-2")), "x");
    assertThat(introduction.says().id()).isEqualTo("edge-x");
    assertThat(introduction.says().cluster()).isEqualTo("edge");
    assertThat(introduction.says().locality().zone()).isEqualTo("tokyo-2");
    assertThat(introduction.says().metadata()).containsEntry("stage", "bxta");
    assertThat(introduction.names()).isEmpty();
  }

  @Test
  void namesOfCertificatesAddUp() throws TrialException {
    Assignment assignment =
        assignment(
            new StageRule("beta", match(Map.of("peer.san", "spiffe://mesh.example/beta/*")), 100),
            group("inner", Map.of("peer.san", "*.inner.example"), Map.of()),
            group("edge", Map.of(), Map.of("peer.san", List.of("a.example", "b.example"))));
    assertThat(Kinds.introduction(assignment, key("inner", Map.of()), "x").names())
        .containsExactly(Name.of("spiffe://mesh.example/beta/x"), Name.of("x.inner.example"));
    assertThat(
            Kinds.introduction(assignment, key("edge", Map.of("peer.san", "b.example")), "x")
                .names())
        .containsExactly(Name.of("spiffe://mesh.example/beta/x"), Name.of("b.example"));
  }

  @Test
  void aGroupThatAnotherHidesIsTold() {
    Assignment assignment =
        assignment(
            new StageRule("beta", NodeMatch.ALL, 100),
            group("all", Map.of(), Map.of()),
            group("edge", Map.of("cluster", "edge"), Map.of()));
    assertThatThrownBy(() -> Kinds.introduction(assignment, key("edge", Map.of()), "x"))
        .isInstanceOf(TrialException.class)
        .hasMessageContaining("no Envoy can be made up for beta/edge")
        .hasMessageContaining("gets beta/all");
  }
}
