package dev.lish.pipeline;

import static dev.lish.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.protobuf.ByteString;
import dev.lish.model.Node;
import dev.lish.model.NodeMatch;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MembersTest {
  private static final Node BETA_NODE = node("b-1", "edge-a", Map.of("stage", "beta"));
  private static final Node PLAIN_NODE = node("r-1", "edge-a", Map.of());

  private final Members members = new Members(MembersTest::read);

  /** A folder whose mesh.yaml is just the names of its stages; a stage takes what metadata says. */
  private static MeshFolder folder(int revision, String stages) {
    return new MeshFolder(
        new Revision(revision),
        new TreeMap<>(Map.of("mesh.yaml", ByteString.copyFromUtf8(stages))));
  }

  private static Optional<Mesh> read(MeshFolder folder) {
    String text = folder.files().getOrDefault("mesh.yaml", ByteString.EMPTY).toStringUtf8();
    if (text.equals("broken")) {
      return Optional.empty();
    }
    List<StageRule> stages = new ArrayList<>();
    for (String name : Splitter.on(" ").split(text)) {
      NodeMatch match =
          name.equals("release")
              ? NodeMatch.ALL
              : new NodeMatch(new TreeMap<>(Map.of("metadata.stage", name)));
      stages.add(new StageRule(name, match, 100));
    }
    return Optional.of(new Mesh(stages, new TreeMap<>(), List.of()));
  }

  private Optional<Revision> step(Optional<MeshFolder> accepted, MeshFolder head, Node... nodes) {
    return members.step(
        accepted.map(MeshFolder::revision), accepted, Optional.of(head), List.of(nodes), true);
  }

  @Test
  void theFirstMembershipIsThatOfHead() {
    assertThat(step(Optional.empty(), folder(3, "beta release"))).hasValue(new Revision(3));
    assertThat(members.names()).containsExactly("beta", "release");
  }

  @Test
  void theAcceptedRevisionIsAwaited() {
    Optional<Revision> ask =
        members.step(
            Optional.of(new Revision(2)),
            Optional.empty(),
            Optional.of(folder(3, "beta release")),
            List.of(),
            true);
    assertThat(ask).isEmpty();
    assertThat(members.names()).isEmpty();
  }

  @Test
  void aChangeThatMovesNobodyTakesEffectAtOnce() {
    MeshFolder two = folder(2, "beta release");
    step(Optional.of(two), two, BETA_NODE, PLAIN_NODE);
    assertThat(step(Optional.of(two), folder(3, "beta alpha release"), BETA_NODE, PLAIN_NODE))
        .hasValue(new Revision(3));
    assertThat(members.names()).containsExactly("beta", "alpha", "release");
  }

  @Test
  void aChangeThatMovesAConnectedEnvoyWaitsAndNamesIt() {
    MeshFolder two = folder(2, "beta release");
    step(Optional.of(two), two, BETA_NODE);
    assertThat(step(Optional.of(two), folder(3, "release"), BETA_NODE)).isEmpty();
    assertThat(members.names()).containsExactly("beta", "release");
    assertThat(members.view().pending()).hasValue(new Revision(3));
    assertThat(members.view().moves()).containsExactly("b-1: beta -> release");
  }

  @Test
  void whatWaitedTakesEffectWhenItIsPromoted() {
    MeshFolder two = folder(2, "beta release");
    MeshFolder three = folder(3, "release");
    step(Optional.of(two), two, BETA_NODE);
    step(Optional.of(two), three, BETA_NODE);
    step(Optional.of(three), three, BETA_NODE);
    assertThat(members.names()).containsExactly("release");
    assertThat(members.view().pending()).isEmpty();
  }

  @Test
  void whatWaitedTakesEffectWhenTheEnvoyHasGone() {
    MeshFolder two = folder(2, "beta release");
    step(Optional.of(two), two, BETA_NODE);
    step(Optional.of(two), folder(3, "release"), BETA_NODE);
    assertThat(step(Optional.of(two), folder(3, "release"))).hasValue(new Revision(3));
    assertThat(members.names()).containsExactly("release");
  }

  @Test
  void aBrokenMeshFileChangesNothing() {
    MeshFolder two = folder(2, "beta release");
    step(Optional.of(two), two, BETA_NODE);
    assertThat(step(Optional.of(two), folder(3, "broken"), BETA_NODE)).isEmpty();
    assertThat(members.names()).containsExactly("beta", "release");
  }
}
