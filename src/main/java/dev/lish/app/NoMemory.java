package dev.lish.app;

import dev.lish.guard.Base;
import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.pipeline.LocalOrder;
import dev.lish.pipeline.Memory;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.MeshFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers nothing: a rehearsal has no yesterday. */
final class NoMemory implements Memory {
  @Override
  public List<Revision> served(String stage) {
    return List.of();
  }

  @Override
  public void serves(String stage, MeshFolder folder) {}

  @Override
  public void membership(MeshFolder folder) {}

  @Override
  public boolean servedBefore() {
    return false;
  }

  @Override
  public Map<String, LocalOrder<StageControl>> localOrders() {
    return Map.of();
  }

  @Override
  public void keepLocalOrders(Map<String, LocalOrder<StageControl>> orders) {}

  @Override
  public Map<String, LocalOrder<Optional<Drain>>> localDrains() {
    return Map.of();
  }

  @Override
  public void keepLocalDrains(Map<String, LocalOrder<Optional<Drain>>> drains) {}

  @Override
  public Optional<Base> base(String name, String variant) {
    return Optional.empty();
  }

  @Override
  public void keepBase(String name, String variant, Base base) {}

  @Override
  public Optional<Seen> service(DiscoveryQuery query) {
    return Optional.empty();
  }

  @Override
  public void keepService(DiscoveryQuery query, Seen seen) {}

  @Override
  public void commit() {}

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }
}
