package dev.lish.cli;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.EndpointSpec;
import dev.lish.render.Rendered;
import dev.lish.snapshot.ResourceSet;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Joins what was rendered with what registries' files say, as the server does with registries. */
final class OfflineSets {
  private OfflineSets() {}

  /** What a kind of Envoy gets, by type; it was rendered. */
  static Map<ResourceType, ResourceSet> of(
      Rendered rendered, SnapshotKey key, OfflineRegistries registries) {
    Rendered.Group group = rendered.groups().get(key);
    if (group == null) {
      throw new IllegalStateException(key + " is not rendered, though the group takes the node");
    }
    EnumMap<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    group
        .resources()
        .forEach((type, byName) -> sets.put(type, ResourceSet.of(type, byName.values())));
    List<Resource> assignments = new ArrayList<>();
    for (EndpointSpec spec : group.endpoints().values()) {
      Map<DiscoveryQuery, List<Instance>> instances = new HashMap<>();
      spec.queries().forEach(query -> instances.put(query, registries.instances(query)));
      assignments.add(spec.assign(instances));
    }
    sets.put(ResourceType.ENDPOINT, ResourceSet.of(ResourceType.ENDPOINT, assignments));
    return sets;
  }
}
