package dev.lish.pipeline;

import dev.lish.delivery.Growth;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.Rendered;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** How much was rendered. */
public final class Sizes {
  private Sizes() {}

  /** Of each kind of Envoy. */
  public static Map<SnapshotKey, Growth.Sizes> of(Rendered rendered) {
    Map<SnapshotKey, Growth.Sizes> sizes = new HashMap<>();
    // Most values of `by` share what they get.
    IdentityHashMap<Rendered.Group, Growth.Sizes> known = new IdentityHashMap<>();
    rendered
        .groups()
        .forEach((key, group) -> sizes.put(key, known.computeIfAbsent(group, Sizes::of)));
    return sizes;
  }

  private static Growth.Sizes of(Rendered.Group group) {
    Map<ResourceType, Growth.Size> byType = new EnumMap<>(ResourceType.class);
    group
        .resources()
        .forEach(
            (type, byName) -> {
              long bytes = 0;
              for (Resource resource : byName.values()) {
                bytes += resource.body().size();
              }
              byType.put(type, new Growth.Size(byName.size(), bytes));
            });
    return new Growth.Sizes(byType);
  }
}
