package dev.lish.source;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a registry lists, as of one reading.
 *
 * @param services by name
 */
public record Listing(SortedMap<String, Listed> services) {
  /** Nothing is listed. */
  public static final Listing EMPTY = new Listing(new TreeMap<>());

  /** Copies the map. */
  public Listing {
    services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
  }

  /** The catalog, sorted by name. */
  public List<Service> catalog() {
    return services.values().stream().map(Listed::service).toList();
  }

  /**
   * The instances of a service, sorted by id.
   *
   * @param tag only those that have it; empty: all
   */
  public List<Instance> instances(String service, String tag) {
    Listed listed = services.get(service);
    if (listed == null) {
      return List.of();
    }
    return tag.isEmpty() ? listed.sorted() : listed.withTag(tag);
  }

  /**
   * A service and its instances.
   *
   * @param service its tags are those of the service and of all instances
   * @param instances each with its tags: the service's and its own
   * @param sorted the instances by id; the same list as long as the service is not read anew
   */
  public record Listed(
      Service service, Map<Instance, Set<String>> instances, List<Instance> sorted) {
    /** Copies the collections. */
    public Listed {
      instances = Map.copyOf(instances);
      sorted = List.copyOf(sorted);
    }

    /** Sorts the instances. */
    public static Listed of(Service service, Map<Instance, Set<String>> instances) {
      Comparator<Instance> byId = Comparator.comparing(Instance::id);
      return new Listed(service, instances, instances.keySet().stream().sorted(byId).toList());
    }

    private List<Instance> withTag(String tag) {
      return sorted.stream()
          .filter(i -> instances.getOrDefault(i, Set.of()).contains(tag))
          .toList();
    }
  }
}
