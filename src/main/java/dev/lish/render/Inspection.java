package dev.lish.render;

import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A render, and where each resource of it was written.
 *
 * @param outcome as the server would have it
 * @param groups what could be read of each group, also when the outcome is Refused; groups of the
 *     same resources are one instance
 */
public record Inspection(Rendering outcome, Map<SnapshotKey, Group> groups) {
  /** Copies the map. */
  public Inspection {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
  }

  /**
   * The resources of a group, assignments too where a document has them.
   *
   * @param origins by type and name
   */
  public record Group(SortedMap<ResourceType, SortedMap<String, Origin>> origins) {
    /** Copies the map. */
    public Group {
      origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
    }

    /** The resources of a type, by name. */
    public SortedMap<String, Origin> of(ResourceType type) {
      return origins.getOrDefault(type, Collections.emptySortedMap());
    }
  }
}
