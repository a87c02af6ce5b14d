package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.source.MeshFolder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MeshReaderTest {
  private static MeshReader.Reading read(String mesh) {
    return MeshReader.read(
        new MeshFolder(
            new Revision(1),
            new TreeMap<>(
                Map.of(
                    "mesh.yaml", ByteString.copyFromUtf8(mesh),
                    "clusters/broken.yaml", ByteString.copyFromUtf8("[")))));
  }

  @Test
  void readsStagesAndGroupsAndNothingElse() {
    MeshReader.Reading reading =
        read(
            """
            stages:
              - { name: beta, nodes: { metadata.stage: beta } }
              - { name: canary, renders: release, percent: 0.5 }
              - { name: release, nodes: { cluster: "edge-*" } }
            groups:
              - name: edge
                nodes: { cluster: "edge-*", peer.san: "*.example.com" }
                by: { locality.zone: [ b, a ] }
                resources: [ "clusters/**" ]
                allow_empty: true
            """);
    assertThat(reading.problems()).isEmpty();
    NodeMatch release = new NodeMatch(new TreeMap<>(Map.of("cluster", "edge-*")));
    assertThat(reading.mesh())
        .contains(
            new Mesh(
                List.of(
                    new StageRule(
                        "beta",
                        new NodeMatch(new TreeMap<>(Map.of("metadata.stage", "beta"))),
                        100),
                    new StageRule("canary", release, 0.5),
                    new StageRule("release", release, 100)),
                new TreeMap<>(Map.of("beta", "beta", "canary", "release", "release", "release")),
                List.of(
                    new Mesh.Group(
                        new GroupRule(
                            "edge",
                            new NodeMatch(
                                new TreeMap<>(
                                    Map.of("cluster", "edge-*", "peer.san", "*.example.com"))),
                            new TreeMap<>(Map.of("locality.zone", List.of("b", "a")))),
                        List.of("clusters/**"),
                        true))));
  }

  @Test
  void givesNoMeshWithAnError() {
    MeshReader.Reading reading = read("stages: [ { name: a } ]\n");
    assertThat(reading.mesh()).isEmpty();
    assertThat(reading.problems())
        .containsExactly(
            Problem.of(
                ProblemKind.MESH_FILE,
                "mesh.yaml",
                1,
                "no groups (expected: a list of at least one)"));
  }

  @Test
  void wantsOneDocument() {
    assertThat(read("").problems()).hasSize(1);
    assertThat(read("stages: []\n---\ngroups: []\n").problems())
        .containsExactly(
            Problem.of(ProblemKind.MESH_FILE, "mesh.yaml", 0, "2 YAML documents (expected: one)"));
    assertThat(read("- a\n").problems()).isNotEmpty();
  }
}
