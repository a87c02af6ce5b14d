package dev.lish.render;

import dev.lish.model.Nearest;
import dev.lish.source.Service;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What templates see as {@code registry}; it remembers whose services were read. */
final class Catalogs implements TemplateAttributes.Source {
  private final SortedMap<String, List<Service>> services;
  private final SortedSet<String> registries;
  private final Consumer<String> read;
  private final Map<String, Catalog> catalogs = new HashMap<>();

  /**
   * Catalogs with these services.
   *
   * @param registries every registry that there is, whether it has answered or not
   * @param read told the name of each registry whose services are read
   */
  Catalogs(
      SortedMap<String, List<Service>> services, Set<String> registries, Consumer<String> read) {
    this.services = services;
    this.registries = new TreeSet<>(registries);
    this.read = read;
  }

  @Override
  public Optional<Object> attribute(String name) {
    return registries.contains(name)
        ? Optional.of(catalogs.computeIfAbsent(name, Catalog::new))
        : Optional.empty();
  }

  @Override
  public String missing(String name) {
    return "there is no registry %s (there are: %s)%s"
        .formatted(name, String.join(", ", registries), Nearest.question(name, registries));
  }

  private final class Catalog implements TemplateAttributes.Source {
    private final String registry;
    private final List<Map<String, Object>> seen = new ArrayList<>();

    Catalog(String registry) {
      this.registry = registry;
      for (Service service : services.getOrDefault(registry, List.of())) {
        // A template may walk over it, so its order must not change from run to run as Map.of's
        // does.
        TreeMap<String, Object> known = new TreeMap<>();
        known.put("name", service.name());
        known.put("tags", List.copyOf(service.tags()));
        known.put("metadata", service.metadata());
        seen.add(Collections.unmodifiableMap(known));
      }
    }

    @Override
    public Optional<Object> attribute(String name) {
      if (!name.equals("services")) {
        return Optional.empty();
      }
      read.accept(registry);
      return Optional.of(seen);
    }

    @Override
    public String missing(String name) {
      return "a registry has no " + name + " (expected: services)";
    }
  }
}
