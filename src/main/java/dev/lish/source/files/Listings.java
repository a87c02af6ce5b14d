package dev.lish.source.files;

import dev.lish.model.Problem;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Service;
import dev.lish.source.Source;
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
 * Answers queries from what a registry file said last; a broken file keeps the last good answer.
 */
final class Listings {
  static final Set<String> PARAMETERS = Set.of("tag");
  private static final Logger LOG = LoggerFactory.getLogger(Listings.class);

  private final String registry;
  private final Clock clock;
  private final Cell<List<Service>> catalog;
  private final Map<Cell<List<Instance>>, DiscoveryQuery> queries = new HashMap<>();
  private Optional<RegistryFile.Services> last = Optional.empty();
  private String trouble = "";
  private List<Problem> problems = List.of();

  Listings(String registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    catalog = new Cell<>(clock);
  }

  /**
   * Takes what a file says now.
   *
   * @param stale why this may be old; empty when it is not
   */
  synchronized void accept(RegistryFile file, String stale) {
    String cause =
        file.match(
            services -> {
              last = Optional.of(services);
              problems = List.of();
              return stale;
            },
            broken -> {
              problems = broken.problems();
              return broken.problems().get(0).toString();
            });
    tell(cause, stale);
    queries.forEach((cell, query) -> answer(cell, query));
    last.ifPresent(services -> catalog.set(services.catalog()));
    if (!trouble.isEmpty()) {
      catalog.fail(trouble);
    }
  }

  /** There is no file to read. */
  synchronized void fail(String cause) {
    problems = List.of();
    tell(cause, "");
    queries.keySet().forEach(cell -> cell.fail(cause));
    catalog.fail(cause);
  }

  /** What is wrong with the file now. */
  synchronized List<Problem> problems() {
    return problems;
  }

  Source<List<Service>> services() {
    return catalog.source(() -> {});
  }

  synchronized Source<List<Instance>> instances(DiscoveryQuery query) {
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
    last.ifPresent(services -> cell.set(services.instances(query.service(), tag)));
    if (!trouble.isEmpty()) {
      cell.fail(trouble);
    }
  }

  private synchronized void forget(Cell<List<Instance>> cell) {
    queries.remove(cell);
  }

  /** One line when the trouble begins, changes and ends. */
  private void tell(String cause, String stale) {
    if (!cause.equals(trouble)) {
      if (cause.isEmpty()) {
        LOG.info("registry {} is read again", registry);
      } else if (cause.equals(stale)) {
        // The source of the file has said so already.
        LOG.debug("registry {} keeps what it had: {}", registry, cause);
      } else {
        LOG.warn("registry {} keeps what it had: {}", registry, cause);
      }
      trouble = cause;
    }
  }
}
