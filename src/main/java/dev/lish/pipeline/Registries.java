package dev.lish.pipeline;

import dev.lish.model.Problem;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.Registry;
import dev.lish.source.Release;
import dev.lish.source.Service;
import dev.lish.source.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * All registries by name: those that {@code lish.yaml} names, and one for each {@code
 * registries/<name>.yaml} of the newest mesh folder. One of {@code lish.yaml} wins over one of the
 * same name in the folder. Safe for use by several threads.
 */
public final class Registries implements AutoCloseable {
  /** A release of what is named so is one of a registry's catalog. */
  static final String CATALOG = "catalog:";

  private static final int MOST_TOLD = 10;

  private static final String FOLDER = "registries/";

  private final BiFunction<String, MeshFolder, Registry> fromFolder;
  private final Set<String> fixed;
  private final SortedMap<String, Registry> all = new TreeMap<>();
  private final Set<Release> seen = new HashSet<>();
  private final SortedMap<String, Source<List<Service>>> catalogs = new TreeMap<>();

  /**
   * @param fixed those of {@code lish.yaml}
   * @param fromFolder opens the registry of this name that lies in this mesh folder, and maybe not
   *     in the newest one
   */
  public Registries(
      Collection<Registry> fixed, BiFunction<String, MeshFolder, Registry> fromFolder) {
    fixed.forEach(registry -> all.put(registry.name(), registry));
    this.fixed = Set.copyOf(all.keySet());
    this.fromFolder = fromFolder;
  }

  /** Opens the registries that this folder has and that are not open yet. */
  synchronized void follow(MeshFolder folder) {
    for (String name : names(folder)) {
      all.computeIfAbsent(name, missing -> fromFolder.apply(missing, folder));
    }
  }

  private static Set<String> names(MeshFolder folder) {
    Set<String> names = new HashSet<>();
    for (String path : folder.files().tailMap(FOLDER).keySet()) {
      if (!path.startsWith(FOLDER)) {
        break;
      }
      String file = path.substring(FOLDER.length());
      if (file.indexOf('/') < 0 && (file.endsWith(".yaml") || file.endsWith(".yml"))) {
        names.add(file.substring(0, file.lastIndexOf('.')));
      }
    }
    return names;
  }

  /**
   * Name to the query parameters that the registry knows, for a render of this folder: one whose
   * file was taken out of the folder is not known, as it would not be after a restart.
   *
   * @param head the newest folder, from which the content of registries is taken
   */
  public synchronized SortedMap<String, Set<String>> parameters(
      MeshFolder folder, Optional<MeshFolder> head) {
    Set<String> known = new HashSet<>(fixed);
    known.addAll(names(folder));
    head.ifPresent(newest -> known.addAll(names(newest)));
    SortedMap<String, Set<String>> parameters = new TreeMap<>();
    all.forEach(
        (name, registry) -> {
          if (known.contains(name)) {
            parameters.put(name, registry.parameters());
          }
        });
    return parameters;
  }

  /** What is wrong with what registries were last given to read; they use what was good before. */
  synchronized List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    all.values().forEach(registry -> problems.addAll(registry.problems()));
    heldServices().forEach((name, services) -> problems.add(held(name, services)));
    return problems;
  }

  private static Problem held(String name, List<String> services) {
    String some = String.join(", ", services.subList(0, Math.min(services.size(), MOST_TOLD)));
    String message =
        "%d services left the catalog together, and templates still see them: %s%s (expected: that"
            + " they come back, or `lish guard release %s%s --reason …`)";
    return Problem.warning(
        "registry " + name,
        0,
        message.formatted(
            services.size(), some, services.size() > MOST_TOLD ? ", …" : "", CATALOG, name));
  }

  /** By registry, services that left its catalog together and that templates still see. */
  synchronized SortedMap<String, List<String>> heldServices() {
    SortedMap<String, List<String>> held = new TreeMap<>();
    all.forEach(
        (name, registry) -> {
          if (!registry.heldServices().isEmpty()) {
            held.put(name, registry.heldServices());
          }
        });
    return held;
  }

  /** Lets go of what catalogs hold now, once for each release: what leaves later is not meant. */
  synchronized void release(Collection<Release> releases) {
    for (Release release : releases) {
      Registry registry = all.get(registryOf(release));
      if (seen.add(release) && registry != null && !registry.heldServices().isEmpty()) {
        registry.releaseServices();
      }
    }
  }

  private static String registryOf(Release release) {
    return release.cluster().startsWith(CATALOG)
        ? release.cluster().substring(CATALOG.length())
        : "";
  }

  /** Opens a watch; the renderer lets only known registries through. */
  synchronized Source<List<Instance>> instances(DiscoveryQuery query) {
    Registry registry = all.get(query.registry());
    if (registry == null) {
      throw new IllegalStateException(query + " (expected: one of " + all.keySet() + ")");
    }
    return registry.instances(query);
  }

  /** Has the catalogs of these registries watched from now on. */
  synchronized void need(Set<String> names, Runnable wake) {
    for (String name : names) {
      Registry registry = all.get(name);
      if (registry != null && !catalogs.containsKey(name)) {
        Source<List<Service>> catalog = registry.services();
        catalogs.put(name, catalog);
        catalog.watch(wake);
      }
    }
  }

  /** The catalogs that were needed, by registry. */
  synchronized Map<String, Source<List<Service>>> catalogs() {
    return new TreeMap<>(catalogs);
  }

  /** The catalogs that have answered. */
  public synchronized SortedMap<String, List<Service>> services() {
    SortedMap<String, List<Service>> services = new TreeMap<>();
    catalogs.forEach(
        (name, catalog) -> catalog.state().last().ifPresent(list -> services.put(name, list)));
    return services;
  }

  @Override
  public synchronized void close() {
    catalogs.values().forEach(Source::close);
    all.values().forEach(Registry::close);
  }
}
