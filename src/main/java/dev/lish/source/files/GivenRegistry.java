package dev.lish.source.files;

import dev.lish.model.Locality;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.Service;
import dev.lish.source.Source;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Stands in for a registry that cannot be asked, for tests: it knows what a file says or, without
 * one, says of every service that it has two instances.
 */
public final class GivenRegistry implements Registry {
  /** What Consul knows, which knows the most: nobody can tell of which kind the registry is. */
  private static final Set<String> PARAMETERS = Set.of("tag", "dc", "ns", "partition");

  /** RFC 5737: addresses for documentation, which lead nowhere. */
  private static final String NOWHERE = "192.0.2.";

  private static final int MADE_UP = 2;

  private final String name;
  private final Optional<RegistryFile.Services> known;
  private final Clock clock;

  /** A registry of this name. */
  public GivenRegistry(String name, Optional<RegistryFile.Services> known, Clock clock) {
    this.name = name;
    this.known = known;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<String> parameters() {
    return PARAMETERS;
  }

  @Override
  public Source<List<Instance>> instances(DiscoveryQuery query) {
    String tag = query.parameters().getOrDefault("tag", "");
    return fixed(
        known
            .map(file -> file.listing().instances(query.service(), tag))
            .orElseGet(GivenRegistry::madeUp));
  }

  private static List<Instance> madeUp() {
    return java.util.stream.IntStream.rangeClosed(1, MADE_UP)
        .mapToObj(
            i ->
                new Instance(
                    "made-up-" + i,
                    NOWHERE + i,
                    80,
                    Health.PASSING,
                    1,
                    new Locality("", "", ""),
                    new TreeMap<>()))
        .toList();
  }

  @Override
  public Source<List<Service>> services() {
    return fixed(known.map(file -> file.listing().catalog()).orElse(List.of()));
  }

  private <T> Source<T> fixed(T value) {
    Cell<T> cell = new Cell<>(clock);
    cell.set(value);
    return cell.source(() -> {});
  }

  @Override
  public void close() {}
}
