package dev.lish.metrics;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How much each kind of Envoy is given. */
final class SnapshotMeters {
  private final MultiGauge resources;
  private final MultiGauge bytes;

  /** A set is summed up once, however often it is looked at. */
  private Map<ResourceSet, Long> sizes = new HashMap<>();

  SnapshotMeters(MeterRegistry registry) {
    resources =
        MultiGauge.builder("lish.snapshot.resources")
            .description("Resources of one kind of Envoy")
            .register(registry);
    bytes =
        MultiGauge.builder("lish.snapshot.size")
            .description("Bytes of these resources")
            .baseUnit("bytes")
            .register(registry);
  }

  void refresh(Assignment assignment) {
    Map<ResourceSet, Long> next = new HashMap<>();
    List<Row<?>> counts = new ArrayList<>();
    List<Row<?>> sums = new ArrayList<>();
    for (Map.Entry<SnapshotKey, Snapshot> entry : assignment.snapshots().entrySet()) {
      for (ResourceType type : ResourceType.values()) {
        ResourceSet set = entry.getValue().set(type);
        long size = sizes.containsKey(set) ? sizes.getOrDefault(set, 0L) : size(set);
        next.put(set, size);
        Tags tags = tags(entry.getKey()).and("type", type.label());
        counts.add(Row.of(tags, set.byName().size()));
        sums.add(Row.of(tags, size));
      }
    }
    sizes = next;
    resources.register(counts, true);
    bytes.register(sums, true);
  }

  private static long size(ResourceSet set) {
    return set.byName().values().stream().map(Resource::body).mapToLong(b -> b.size()).sum();
  }

  private static Tags tags(SnapshotKey key) {
    String by =
        key.by().entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(","));
    return Tags.of("stage", key.stage(), "group", key.group(), "by", by);
  }
}
