package dev.lish.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What templates see of registries that no file describes: what a server knows, else nothing.
 *
 * @param server who was asked, and answered; empty where nobody did
 * @param services by registry
 */
record LiveCatalogs(String server, SortedMap<String, List<Service>> services) {
  /** Nobody was asked, or nobody answered. */
  static final LiveCatalogs NONE = new LiveCatalogs("", new TreeMap<>());

  /** Of the server that the options name, if it answers. */
  static LiveCatalogs ifAny(Supplier<Api> api) {
    try {
      return ask(api.get());
    } catch (Failure e) {
      // What is not known is told beside what comes of it.
      return NONE;
    }
  }

  private static LiveCatalogs ask(Api api) {
    SortedMap<String, List<Service>> all = new TreeMap<>();
    api.get("catalogs")
        .path("catalogs")
        .properties()
        .forEach(
            registry -> {
              List<Service> services = new ArrayList<>();
              registry.getValue().forEach(service -> services.add(service(service)));
              all.put(registry.getKey(), services);
            });
    return new LiveCatalogs(api.server(), all);
  }

  private static Service service(JsonNode node) {
    TreeSet<String> tags = new TreeSet<>();
    node.path("tags").forEach(tag -> tags.add(tag.asText()));
    TreeMap<String, String> metadata = new TreeMap<>();
    node.path("metadata")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
    return new Service(node.path("name").asText(), tags, metadata);
  }

  /** What a template was given of a registry without a file. */
  String assumed(String registry) {
    List<Service> known = services.get(registry);
    return known == null
        ? "no data of registry "
            + registry
            + ": templates see no services of it (--registry "
            + registry
            + "=FILE, or --server with one that reads it)"
        : "templates see what "
            + server
            + " knows of registry "
            + registry
            + ": "
            + ProblemPrinter.plural(known.size(), "service");
  }
}
