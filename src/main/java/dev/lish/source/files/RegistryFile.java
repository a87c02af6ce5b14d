package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.source.Instance;
import dev.lish.source.Service;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What a file with services and their instances says, or what is wrong with it. */
public sealed interface RegistryFile {
  /**
   * It is valid.
   *
   * @param services by name
   */
  record Services(SortedMap<String, Listed> services) implements RegistryFile {
    /** Copies the map. */
    public Services {
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
  }

  /**
   * It is not; at least one Problem is an error.
   *
   * @param problems sorted
   */
  record Broken(List<Problem> problems) implements RegistryFile {
    /** Copies the list. */
    public Broken {
      problems = problems.stream().sorted().toList();
    }
  }

  /**
   * A service and its instances.
   *
   * @param service its tags are those of the service and of all instances
   * @param instances each with its tags: the service's and its own
   * @param sorted the instances by id; the same list as long as the service is not read anew
   */
  record Listed(Service service, Map<Instance, Set<String>> instances, List<Instance> sorted) {
    /** Copies the collections. */
    public Listed {
      instances = Map.copyOf(instances);
      sorted = List.copyOf(sorted);
    }

    static Listed of(Service service, Map<Instance, Set<String>> instances) {
      Comparator<Instance> byId = Comparator.comparing(Instance::id);
      return new Listed(service, instances, instances.keySet().stream().sorted(byId).toList());
    }

    private List<Instance> withTag(String tag) {
      return sorted.stream()
          .filter(i -> instances.getOrDefault(i, Set.of()).contains(tag))
          .toList();
    }
  }

  /**
   * Reads a file of the format that {@code docs/design/files-registry.md} describes.
   *
   * @param path for Problems
   */
  static RegistryFile parse(String path, ByteString content) {
    return new RegistryFileReader(path).read(content);
  }

  /** Calls the function of the case. */
  default <R> R match(Function<Services, R> services, Function<Broken, R> broken) {
    return this instanceof Services s ? services.apply(s) : broken.apply((Broken) this);
  }
}
