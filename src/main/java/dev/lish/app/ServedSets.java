package dev.lish.app;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.serve.Xds;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.kept.Kept;
import dev.lish.source.kept.KeptSet;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes, and keeps on disk what a state-of-the-world Envoy names by nothing but a version: all
 * its clusters, all its listeners. A Lish that was killed between new clusters and new routes finds
 * there what its Envoys have, and takes nothing away that their routes still use.
 */
final class ServedSets {
  private static final List<ResourceType> TYPES =
      List.of(ResourceType.CLUSTER, ResourceType.LISTENER);

  private final Kept kept;
  private final Xds xds;
  private Assignment before = Assignment.NONE;

  ServedSets(Kept kept, Xds xds) {
    this.kept = kept;
    this.xds = xds;
    // What must stay for a while of an older set is a part of no published one.
    xds.keep(this::keep);
    // Most resources are the same in most sets: one instance of each is enough.
    Map<Resource, Resource> shared = new HashMap<>();
    for (KeptSet set : kept.sets()) {
      List<Resource> resources =
          set.resources().stream().map(r -> shared.computeIfAbsent(r, same -> same)).toList();
      xds.remember(set.version(), ResourceSet.of(set.type(), resources));
    }
  }

  /** From one thread only. */
  void publish(Assignment assignment, Instant since) {
    xds.publish(assignment, since);
    for (Map.Entry<SnapshotKey, Snapshot> entry : assignment.snapshots().entrySet()) {
      Snapshot now = entry.getValue();
      Snapshot last = before.snapshots().get(entry.getKey());
      for (ResourceType type : TYPES) {
        // Not by their versions, which are made anew: this runs for each change of endpoints.
        if (last == null || last.epoch() != now.epoch() || !last.set(type).equals(now.set(type))) {
          keep(now.version(type), now.set(type));
        }
      }
    }
    before = assignment;
  }

  private void keep(Version version, ResourceSet set) {
    kept.keepSet(new KeptSet(set.type(), version, List.copyOf(set.byName().values())));
  }
}
