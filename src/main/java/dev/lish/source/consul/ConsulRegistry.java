package dev.lish.source.consul;

import dev.lish.model.Problem;
import dev.lish.source.CatalogHold;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.Service;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consul, asked through one agent. A query may have the parameters {@code tag}, {@code dc}, {@code
 * ns} and {@code partition} (the last two need Consul Enterprise).
 */
public final class ConsulRegistry implements Registry {
  private static final Logger LOG = LoggerFactory.getLogger(ConsulRegistry.class);
  private static final Set<String> PARAMETERS = Set.of("tag", "dc", "ns", "partition");

  private static final int MOST_TOLD = 20;

  private final ConsulSettings settings;
  private final Clock clock;
  private final AgentLoop loop;
  private final Cell<List<Service>> services;
  private final CatalogHold hold;
  private volatile List<String> heldServices = List.of();
  private final Set<String> leftOut = ConcurrentHashMap.newKeySet();
  private boolean catalogWatched;

  /**
   * Connects to nothing yet.
   *
   * @param lastServices the catalog as an earlier run knew it, so that services that left while we
   *     were down are held too
   */
  public ConsulRegistry(ConsulSettings settings, Clock clock, List<Service> lastServices) {
    this.settings = settings;
    this.clock = clock;
    loop = new AgentLoop(settings);
    services = new Cell<>(clock);
    hold = new CatalogHold(lastServices);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public Set<String> parameters() {
    return PARAMETERS;
  }

  @Override
  public Source<List<Instance>> instances(DiscoveryQuery query) {
    Cell<List<Instance>> cell = new Cell<>(clock);
    TreeSet<String> unknown = new TreeSet<>(query.parameters().keySet());
    unknown.removeAll(PARAMETERS);
    if (!unknown.isEmpty()) {
      cell.fail("parameters: " + unknown + " (expected: of " + new TreeSet<>(PARAMETERS) + ")");
      return cell.source(() -> {});
    }
    TreeMap<String, String> extra = new TreeMap<>();
    String tag = query.parameters().getOrDefault("tag", "");
    if (!tag.isEmpty()) {
      extra.put("tag", tag);
    }
    Watch watch =
        new Watch(
            "/health/service/" + ConsulClient.encode(query.service()),
            Scope.of(query.parameters(), settings.access().datacenter()),
            extra,
            answer -> accept(query, cell, answer));
    loop.add(watch);
    return cell.source(() -> loop.remove(watch));
  }

  @Override
  public synchronized Source<List<Service>> services() {
    if (!catalogWatched) {
      catalogWatched = true;
      Scope scope = Scope.of(new TreeMap<>(), settings.access().datacenter());
      loop.pin(new Watch("/catalog/services", scope, new TreeMap<>(), this::acceptCatalog));
      loop.every(1_000, this::letGo);
    }
    return services.source(() -> {});
  }

  @Override
  public List<String> heldServices() {
    return heldServices;
  }

  @Override
  public void releaseServices() {
    loop.run(
        () -> {
          hold.release();
          republish();
        });
  }

  /** Instances that Consul lists now and that no Envoy could use, each with the reason. */
  public List<String> leftOut() {
    return leftOut.stream().sorted().toList();
  }

  /** Which instances are left out. */
  @Override
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    String place = settings.address().toString();
    leftOut().stream()
        .limit(MOST_TOLD)
        .forEach(one -> problems.add(Problem.warning(place, 0, "left out " + one)));
    if (leftOut.size() > MOST_TOLD) {
      problems.add(Problem.warning(place, 0, (leftOut.size() - MOST_TOLD) + " more are left out"));
    }
    return problems;
  }

  @Override
  public void close() {
    loop.close();
  }

  private void accept(DiscoveryQuery query, Cell<List<Instance>> cell, Answer answer) {
    if (answer instanceof Answer.Failed failed) {
      cell.fail(failed.cause());
      return;
    }
    try {
      HealthAnswer health = HealthAnswer.parse(((Answer.Found) answer).body());
      note(query, health.leftOut());
      cell.set(health.instances());
    } catch (IOException e) {
      cell.fail("Consul's answer is not what it documents: " + e.getMessage());
    }
  }

  /** Says once of each instance that it is left out, not at each answer. */
  private void note(DiscoveryQuery query, List<String> now) {
    String prefix = query + ": ";
    Set<String> named = now.stream().map(prefix::concat).collect(Collectors.toSet());
    leftOut.removeIf(old -> old.startsWith(prefix) && !named.contains(old));
    for (String one : named) {
      if (leftOut.add(one)) {
        LOG.warn("left out {}", one);
      }
    }
  }

  private void acceptCatalog(Answer answer) {
    if (answer instanceof Answer.Failed failed) {
      services.fail(failed.cause());
      return;
    }
    try {
      List<Service> catalog = CatalogAnswer.parse(((Answer.Found) answer).body());
      int heldBefore = hold.held().size();
      services.set(hold.next(catalog, clock.instant()));
      List<String> held = hold.held();
      heldServices = held;
      if (held.size() > heldBefore) {
        LOG.warn(
            "{} of the services left the catalog of {} together and are kept until released: {}",
            held.size(),
            name(),
            held.stream().limit(20).toList());
      }
    } catch (IOException e) {
      services.fail("Consul's answer is not what it documents: " + e.getMessage());
    }
  }

  private void letGo() {
    boolean due = hold.changesAt().map(at -> !clock.instant().isBefore(at)).orElse(false);
    if (due) {
      republish();
    }
  }

  /** Only while Consul answers: an old catalog is no reason to let go of anything. */
  private void republish() {
    if (services.state() instanceof SourceState.Current<List<Service>>) {
      services.set(hold.list(clock.instant()));
      heldServices = hold.held();
    }
  }
}
