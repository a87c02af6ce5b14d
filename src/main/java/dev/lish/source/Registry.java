package dev.lish.source;

import dev.lish.model.Problem;
import java.util.List;
import java.util.Set;

/**
 * Something that knows instances of services: Consul, a file, an in-house registry. What each
 * method must guarantee is in {@code docs/registries.md}, and tested by the contract test.
 */
public interface Registry extends AutoCloseable {
  /** The name that discovery names start with. */
  String name();

  /** The query parameters that it knows; another one in a mesh file is a Problem. */
  Set<String> parameters();

  /**
   * Starts to watch the instances that a query names, sorted by id. A service that the registry
   * does not know has no instances. Closing the source ends the watch.
   */
  Source<List<Instance>> instances(DiscoveryQuery query);

  /** The catalog, sorted by name, for templates. Watched from the first call on, once. */
  Source<List<Service>> services();

  /**
   * What is wrong with what it was last given to read: errors where what was good before is used
   * instead, warnings for what was left out.
   */
  default List<Problem> problems() {
    return List.of();
  }

  /**
   * Services that left the catalog together with too many others, and stay in {@link #services}
   * until released; sorted.
   */
  default List<String> heldServices() {
    return List.of();
  }

  /** Lets go of all services that left the catalog. */
  default void releaseServices() {}

  /** Ends every watch. Never throws. */
  @Override
  void close();
}
