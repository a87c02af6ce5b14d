package dev.lish.render;

import dev.lish.guard.ClusterRules;
import dev.lish.guard.Terms;
import dev.lish.model.ProblemKind;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Gathers the documents of one group, and looks whether they fit together. */
final class GroupBuilder {
  private final SnapshotKey key;
  private final Discovery discovery;
  private final UnaryOperator<Resource> one;
  private final ProblemSink sink;
  private final GuardLimits limits;
  private final Map<ResourceType, Map<String, Document>> documents =
      new EnumMap<>(ResourceType.class);

  /**
   * A group without documents.
   *
   * @param limits of the guard
   * @param one gives one instance for all equal resources
   */
  GroupBuilder(
      SnapshotKey key,
      Discovery discovery,
      GuardLimits limits,
      UnaryOperator<Resource> one,
      ProblemSink sink) {
    this.key = key;
    this.limits = limits;
    this.discovery = discovery;
    this.one = one;
    this.sink = sink;
  }

  /** Adds a document; another one of its type and name is a Problem. */
  void add(Document document) {
    Document first =
        documents
            .computeIfAbsent(document.type(), type -> new HashMap<>())
            .putIfAbsent(document.name(), document);
    if (first != null) {
      document
          .text()
          .report(
              sink,
              ProblemKind.DUPLICATE_NAME,
              document.line(),
              "%s \"%s\" twice in group %s, first at %s (expected: names that differ)"
                  .formatted(document.type().label(), document.name(), key.group(), first.place()));
    }
  }

  /** What was added, by type and name. */
  Map<ResourceType, Map<String, Document>> documents() {
    return documents;
  }

  /** The group. */
  Rendered.Group build() {
    TreeMap<ResourceType, SortedMap<String, Resource>> resources = new TreeMap<>();
    TreeMap<String, EndpointSpec> endpoints = new TreeMap<>();
    for (Document document : all(ResourceType.ENDPOINT).values()) {
      if (document.content() instanceof Document.Assignment assignment) {
        discovery
            .ofDocument(document, assignment, sink)
            .ifPresent(spec -> endpoints.put(document.name(), spec));
      }
    }
    for (Map.Entry<ResourceType, Map<String, Document>> type : documents.entrySet()) {
      TreeMap<String, Resource> byName = new TreeMap<>();
      for (Document document : type.getValue().values()) {
        if (document.content() instanceof Document.Done done) {
          byName.put(document.name(), one.apply(done.resource()));
        } else if (document.content() instanceof Document.Cluster cluster) {
          byName.put(document.name(), one.apply(cluster.resource()));
          cluster.eds().ifPresent(eds -> connect(document, eds, endpoints));
        }
      }
      if (!byName.isEmpty()) {
        resources.put(type.getKey(), byName);
      }
    }
    return new Rendered.Group(resources, endpoints, terms(resources));
  }

  /** What every EDS cluster says of the assignment that it asks for. */
  private SortedMap<String, Terms> terms(
      SortedMap<ResourceType, SortedMap<String, Resource>> resources) {
    OptionalInt runtime =
        ClusterRules.runtime(
            resources.getOrDefault(ResourceType.RUNTIME, new TreeMap<>()).values());
    TreeMap<String, Terms> terms = new TreeMap<>();
    for (Document document : all(ResourceType.CLUSTER).values()) {
      if (document.content() instanceof Document.Cluster cluster && cluster.eds().isPresent()) {
        ClusterRules rules = cluster.eds().get().rules().under(runtime);
        Terms own =
            new Terms(
                new TreeSet<>(Set.of(document.name())),
                rules,
                limits.of(document.name()),
                cluster.eds().get().joins());
        terms.merge(cluster.eds().get().name(), own, Terms::and);
      }
    }
    return terms;
  }

  private void connect(
      Document cluster, Document.Eds eds, SortedMap<String, EndpointSpec> endpoints) {
    // A document says more than a name, so it wins; one with a Problem has no spec.
    if (all(ResourceType.ENDPOINT).containsKey(eds.name())) {
      return;
    }
    if (discovery.isDiscovered(eds.name())) {
      Optional<EndpointSpec> spec = discovery.ofName(cluster, eds, sink);
      spec.ifPresent(found -> endpoints.putIfAbsent(eds.name(), found));
    } else if (eds.ours()) {
      cluster
          .text()
          .report(sink, ProblemKind.UNKNOWN_ENDPOINTS, eds.line(), discovery.unknown(eds.name()));
    }
  }

  private Map<String, Document> all(ResourceType type) {
    return documents.getOrDefault(type, Map.of());
  }
}
