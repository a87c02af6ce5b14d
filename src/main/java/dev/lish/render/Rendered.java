package dev.lish.render;

import dev.lish.guard.Terms;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.source.Service;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A stage's revision, rendered whole.
 *
 * @param stage the stage
 * @param revision of the mesh folder
 * @param mesh the revision's {@code mesh.yaml}
 * @param groups one per group and combination of its {@code by} values, in the order of {@code
 *     mesh.yaml}
 * @param catalogs the registries whose services its templates read: a change there is a reason to
 *     render again
 * @param services what its templates saw of these registries: where a service is set aside, its
 *     last good data, or nothing
 */
public record Rendered(
    String stage,
    Revision revision,
    Mesh mesh,
    Map<SnapshotKey, Group> groups,
    SortedSet<String> catalogs,
    SortedMap<String, List<Service>> services) {
  /** Copies the collections. */
  public Rendered {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    catalogs = Collections.unmodifiableSortedSet(new TreeSet<>(catalogs));
    services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
  }

  /**
   * What one kind of Envoy gets.
   *
   * @param resources by type and name; no endpoints, and no entry for a type without resources
   * @param endpoints by EDS name: every assignment that the group's clusters can ask for
   * @param terms by EDS name: what the clusters that ask for it say of changes of its hosts
   */
  public record Group(
      SortedMap<ResourceType, SortedMap<String, Resource>> resources,
      SortedMap<String, EndpointSpec> endpoints,
      SortedMap<String, Terms> terms) {
    /** Copies the maps. */
    public Group {
      TreeMap<ResourceType, SortedMap<String, Resource>> copy = new TreeMap<>();
      resources.forEach(
          (type, byName) ->
              copy.put(type, Collections.unmodifiableSortedMap(new TreeMap<>(byName))));
      resources = Collections.unmodifiableSortedMap(copy);
      endpoints = Collections.unmodifiableSortedMap(new TreeMap<>(endpoints));
      terms = Collections.unmodifiableSortedMap(new TreeMap<>(terms));
    }

    /** On what terms the hosts of this assignment may change. */
    public Terms terms(String name) {
      return terms.getOrDefault(name, Terms.NONE);
    }
  }
}
