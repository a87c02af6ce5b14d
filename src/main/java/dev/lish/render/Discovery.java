package dev.lish.render;

import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import dev.lish.source.DiscoveryQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Makes {@link EndpointSpec}s of EDS names and of {@code endpoints/} documents. */
final class Discovery {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

  /** Registry name to the query parameters that it knows. */
  private final SortedMap<String, Set<String>> registries;

  private final boolean offline;

  /** Equal specs are one instance, also over renders. */
  private final Map<EndpointSpec, EndpointSpec> specs = new HashMap<>();

  /** Specs of names that are discovered. */
  private final Map<String, EndpointSpec> byName = new HashMap<>();

  /**
   * Makes specs of what these registries can answer.
   *
   * @param offline true: any name may be that of a registry, which only the server can tell
   */
  Discovery(SortedMap<String, Set<String>> registries, boolean offline) {
    this.registries = registries;
    this.offline = offline;
  }

  /** Specs of an earlier render, to be used again. */
  void know(EndpointSpec spec) {
    specs.putIfAbsent(spec, spec);
  }

  /** True when the name starts with a registry's name and a colon. */
  boolean isDiscovered(String name) {
    int colon = name.indexOf(':');
    String registry = name.substring(0, Math.max(0, colon));
    return registries.containsKey(registry) || (offline && NAME.matcher(registry).matches());
  }

  /** The spec of a name that {@link #isDiscovered}; empty after a Problem. */
  Optional<EndpointSpec> ofName(Document cluster, Document.Eds eds, ProblemSink sink) {
    EndpointSpec known = byName.get(eds.name());
    if (known != null) {
      return Optional.of(known);
    }
    DiscoveryQuery query;
    try {
      query = DiscoveryQuery.parse(eds.name());
    } catch (IllegalArgumentException e) {
      cluster
          .text()
          .report(sink, ProblemKind.BAD_DISCOVERY, eds.line(), "EDS name: " + e.getMessage());
      return Optional.empty();
    }
    if (!isKnown(query, cluster.text(), eds.line(), sink)) {
      return Optional.empty();
    }
    int line = cluster.text().fileLine(eds.line());
    EndpointSpec spec = one(AssignmentSpec.of(cluster.text().path(), line, eds.name(), query));
    byName.put(eds.name(), spec);
    return Optional.of(spec);
  }

  /** The spec of an {@code endpoints/} document; empty after a Problem. */
  Optional<EndpointSpec> ofDocument(
      Document document, Document.Assignment assignment, ProblemSink sink) {
    List<AssignmentSpec.Entry> entries = new ArrayList<>();
    for (Document.Part part : assignment.parts()) {
      if (part instanceof Document.Written written) {
        entries.add(new AssignmentSpec.Fixed(written.endpoints()));
      } else if (part instanceof Document.Discover discover) {
        DiscoveryQuery query =
            new DiscoveryQuery(discover.registry(), discover.service(), discover.parameters());
        if (!isKnown(query, document.text(), discover.line(), sink)) {
          return Optional.empty();
        }
        entries.add(
            new AssignmentSpec.Discovered(
                query, discover.priority(), discover.weight(), discover.optional()));
      }
    }
    Text text = document.text();
    return Optional.of(
        one(
            new AssignmentSpec(
                text.path(), text.fileLine(document.line()), assignment.base(), entries)));
  }

  /** What to say of a name that is neither discovered nor that of a document. */
  String unknown(String name) {
    return "EDS name \"%s\": no endpoints document of this cluster_name, and no registry of that name"
            .formatted(name)
        + " (expected: a document in endpoints/, or REGISTRY:SERVICE; registries: %s)%s"
            .formatted(
                registries.isEmpty() ? "none" : String.join(", ", registries.keySet()),
                Nearest.question(
                    name.substring(0, Math.max(0, name.indexOf(':'))), registries.keySet()));
  }

  private EndpointSpec one(EndpointSpec spec) {
    EndpointSpec known = specs.putIfAbsent(spec, spec);
    return known == null ? spec : known;
  }

  private boolean isKnown(DiscoveryQuery query, Text text, int line, ProblemSink sink) {
    Set<String> parameters = registries.get(query.registry());
    if (parameters == null && offline) {
      return true;
    }
    if (parameters == null) {
      text.report(
          sink,
          ProblemKind.UNKNOWN_ENDPOINTS,
          line,
          "there is no registry %s (there are: %s)%s"
              .formatted(
                  query.registry(),
                  String.join(", ", registries.keySet()),
                  Nearest.question(query.registry(), registries.keySet())));
      return false;
    }
    for (String parameter : query.parameters().keySet()) {
      if (!parameters.contains(parameter)) {
        text.report(
            sink,
            ProblemKind.BAD_DISCOVERY,
            line,
            "registry %s has no parameter %s (it has: %s)%s"
                .formatted(
                    query.registry(),
                    parameter,
                    String.join(", ", new TreeSet<>(parameters)),
                    Nearest.question(parameter, parameters)));
        return false;
      }
    }
    return true;
  }
}
