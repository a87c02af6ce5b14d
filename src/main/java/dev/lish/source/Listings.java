package dev.lish.source;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries from what a registry listed last, for a registry that reads everything at once.
 * What fails or is broken keeps the last good answer, as stale. A query may have the parameter
 * {@code tag}.
 */
public final class Listings {
  /** The parameters that a query may have. */
  public static final Set<String> PARAMETERS = Set.of("tag");

  private static final Logger LOG = LoggerFactory.getLogger(Listings.class);

  private final String registry;
  private final Clock clock;
  private final Cell<List<Service>> catalog;
  private final Map<Cell<List<Instance>>, DiscoveryQuery> queries = new HashMap<>();
  private Optional<Listing> last = Optional.empty();
  private Map<String, String> partly = Map.of();
  private String trouble = "";

  /** Nothing is known yet. */
  public Listings(String registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    catalog = new Cell<>(clock);
  }

  /** Everything was read, and is good. */
  public void accept(Listing listing) {
    accept(listing, listing.catalog(), Map.of());
  }

  /**
   * Everything was read; some services have their last good instances, as what was said of them
   * cannot be used.
   *
   * @param services for templates
   * @param broken these services, each with the reason
   */
  public synchronized void accept(
      Listing listing, List<Service> services, Map<String, String> broken) {
    last = Optional.of(listing);
    partly = Map.copyOf(broken);
    tell("", false);
    queries.forEach((cell, query) -> answer(cell, query));
    catalog.set(services);
  }

  /** This was read, from a source that may be old for this reason. */
  public synchronized void acceptOld(Listing listing, String cause) {
    last = Optional.of(listing);
    partly = Map.of();
    tell(cause, true);
    queries.forEach((cell, query) -> answer(cell, query));
    catalog.set(listing.catalog());
    catalog.fail(cause);
  }

  /** There is nothing to read, or nothing that can be used. */
  public synchronized void fail(String cause) {
    tell(cause, false);
    queries.keySet().forEach(cell -> cell.fail(cause));
    catalog.fail(cause);
  }

  /** See {@link Registry#services}. */
  public Source<List<Service>> services() {
    return catalog.source(() -> {});
  }

  /** See {@link Registry#instances}. */
  public synchronized Source<List<Instance>> instances(DiscoveryQuery query) {
    Cell<List<Instance>> cell = new Cell<>(clock);
    TreeSet<String> unknown = new TreeSet<>(query.parameters().keySet());
    unknown.removeAll(PARAMETERS);
    if (!unknown.isEmpty()) {
      cell.fail("parameters: " + unknown + " (expected: of " + PARAMETERS + ")");
      return cell.source(() -> {});
    }
    queries.put(cell, query);
    answer(cell, query);
    return cell.source(() -> forget(cell));
  }

  private void answer(Cell<List<Instance>> cell, DiscoveryQuery query) {
    String tag = query.parameters().getOrDefault("tag", "");
    String broken = partly.getOrDefault(query.service(), "");
    if (last.isPresent()) {
      List<Instance> instances = last.get().instances(query.service(), tag);
      if (broken.isEmpty()) {
        cell.set(instances);
      } else if (last.get().services().containsKey(query.service())) {
        cell.setPartly(instances, broken);
      } else {
        cell.fail(broken);
      }
    }
    if (!trouble.isEmpty()) {
      cell.fail(trouble);
    }
  }

  private synchronized void forget(Cell<List<Instance>> cell) {
    queries.remove(cell);
  }

  /** One line when the trouble begins, changes and ends. */
  private void tell(String cause, boolean toldAlready) {
    if (!cause.equals(trouble)) {
      if (cause.isEmpty()) {
        LOG.info("registry {} is read again", registry);
      } else if (toldAlready) {
        // The source of the file has said so already.
        LOG.debug("registry {} keeps what it had: {}", registry, cause);
      } else {
        LOG.warn("registry {} keeps what it had: {}", registry, cause);
      }
      trouble = cause;
    }
  }
}
