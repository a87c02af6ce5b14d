package dev.lish.app;

import dev.lish.model.Revision;
import dev.lish.pipeline.LocalOrder;
import dev.lish.pipeline.Memory;
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
  public Map<String, LocalOrder> localOrders() {
    return Map.of();
  }

  @Override
  public void keepLocalOrders(Map<String, LocalOrder> orders) {}

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }
}
