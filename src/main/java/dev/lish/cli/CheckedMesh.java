package dev.lish.cli;

import dev.lish.check.Check;
import dev.lish.check.Finding;
import dev.lish.check.Severity;
import dev.lish.render.Inspection;
import dev.lish.render.Mesh;
import dev.lish.render.Renderer;
import dev.lish.render.Rendering;
import dev.lish.source.DiscoveryQuery;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A mesh folder that was looked through.
 *
 * @param snapshots how many it renders to
 * @param queries what its clusters ask registries for
 */
record CheckedMesh(List<Finding> findings, int snapshots, Set<DiscoveryQuery> queries) {
  /** Looks through it, for these versions of Envoy; none: for those of {@code checks.yaml}. */
  static CheckedMesh of(OfflineMesh mesh, List<String> versions, LocalDate today) {
    Check check = new Check(mesh.types(), mesh.folder(), versions);
    CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);
    Set<DiscoveryQuery> queries = new HashSet<>();
    int snapshots = 0;
    for (String stage : mesh.mesh().map(CheckedMesh::stages).orElse(List.of())) {
      Inspection inspection = mesh.inspect(stage);
      // While the next stage is rendered.
      taken = taken.thenRunAsync(() -> check.add(stage, inspection));
      if (inspection.outcome() instanceof Rendering.Done done) {
        queries.addAll(Renderer.queries(done.rendered()));
        snapshots += done.rendered().groups().size();
      }
    }
    taken.join();
    List<Finding> findings =
        check.findings(mesh.problems(), mesh.registries().serviceNames(), today);
    return new CheckedMesh(findings, snapshots, queries);
  }

  /** A stage that renders another's bytes has nothing of its own to check. */
  private static List<String> stages(Mesh mesh) {
    return mesh.renders().entrySet().stream()
        .filter(e -> e.getKey().equals(e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  long count(Severity severity) {
    return findings.stream().filter(f -> f.rule().severity() == severity).count();
  }
}
