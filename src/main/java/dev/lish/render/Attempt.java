package dev.lish.render;

import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.source.Service;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A render with certain services in the catalogs.
 *
 * @param groups of no use when it failed
 * @param written the documents of each group, by type and name; groups of the same are one instance
 * @param problems sorted
 * @param catalogs registry to the first template that read its services
 * @param services of these registries, as they were given
 * @param sure true: some error is in a file that did not read the services of a registry that has
 *     not answered, so that an answer will not mend it
 */
record Attempt(
    Map<SnapshotKey, Rendered.Group> groups,
    Map<SnapshotKey, Map<ResourceType, Map<String, Document>>> written,
    List<Problem> problems,
    SortedMap<String, String> catalogs,
    SortedMap<String, List<Service>> services,
    boolean sure) {
  /** True when the revision cannot be served like this. */
  boolean failed() {
    return problems.stream().anyMatch(Problem::isError);
  }

  /** The registries whose services were read. */
  SortedSet<String> registries() {
    return new TreeSet<>(catalogs.keySet());
  }
}
