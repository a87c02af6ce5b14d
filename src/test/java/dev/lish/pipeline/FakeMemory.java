package dev.lish.pipeline;

import dev.lish.guard.Base;
import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers as long as the test runs. */
final class FakeMemory implements Memory {
  final Map<String, List<Revision>> served = new HashMap<>();
  private Map<String, LocalOrder<StageControl>> orders = Map.of();
  private Map<String, LocalOrder<Optional<Drain>>> drains = Map.of();
  final Map<DiscoveryQuery, Seen> services = new HashMap<>();
  final Map<String, Base> bases = new HashMap<>();
  private Optional<String> trouble = Optional.empty();

  /** What a commit does. */
  volatile Runnable disk = () -> {};

  void trouble(String why) {
    trouble = Optional.of(why);
  }

  @Override
  public synchronized List<Revision> served(String stage) {
    return List.copyOf(served.getOrDefault(stage, List.of()));
  }

  @Override
  public synchronized void serves(String stage, MeshFolder folder) {
    served.computeIfAbsent(stage, s -> new ArrayList<>()).add(folder.revision());
  }

  @Override
  public void membership(MeshFolder folder) {}

  @Override
  public boolean servedBefore() {
    return false;
  }

  @Override
  public Map<String, LocalOrder<StageControl>> localOrders() {
    return orders;
  }

  @Override
  public void keepLocalOrders(Map<String, LocalOrder<StageControl>> given) {
    orders = Map.copyOf(given);
  }

  @Override
  public Map<String, LocalOrder<Optional<Drain>>> localDrains() {
    return drains;
  }

  @Override
  public void keepLocalDrains(Map<String, LocalOrder<Optional<Drain>>> given) {
    drains = Map.copyOf(given);
  }

  @Override
  public Optional<Base> base(String name, String variant) {
    return Optional.ofNullable(bases.get(name));
  }

  @Override
  public void keepBase(String name, String variant, Base base) {
    bases.put(name, base);
  }

  @Override
  public Optional<Seen> service(DiscoveryQuery query) {
    return Optional.ofNullable(services.get(query));
  }

  @Override
  public void keepService(DiscoveryQuery query, Seen seen) {
    services.put(query, seen);
  }

  @Override
  public void commit() {
    disk.run();
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }
}
