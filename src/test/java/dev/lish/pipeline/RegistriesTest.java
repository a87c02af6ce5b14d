package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.Release;
import dev.lish.source.Service;
import dev.lish.source.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RegistriesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final List<String> held = new ArrayList<>();
  private final Registries registries =
      new Registries(
          List.of(new Holding()),
          (name, folder) -> {
            throw new AssertionError(name);
          });

  /** A registry that keeps services until released. */
  private final class Holding implements Registry {
    @Override
    public String name() {
      return "reg";
    }

    @Override
    public Set<String> parameters() {
      return Set.of();
    }

    @Override
    public Source<List<Instance>> instances(DiscoveryQuery query) {
      throw new AssertionError(query);
    }

    @Override
    public Source<List<Service>> services() {
      throw new AssertionError("nobody asks for the catalog");
    }

    @Override
    public List<String> heldServices() {
      return List.copyOf(held);
    }

    @Override
    public void releaseServices() {
      held.clear();
    }

    @Override
    public void close() {}
  }

  private static Release release(String name, int second) {
    return new Release(name, new TreeSet<>(), "ann", "gone", NOW.plusSeconds(second));
  }

  @Test
  void whatACatalogKeepsIsToldWithTheCommandThatLetsGo() {
    assertThat(registries.problems()).isEmpty();
    held.addAll(List.of("a", "b"));
    assertThat(registries.problems())
        .singleElement()
        .asString()
        .contains("registry reg", "2 services", "a, b", "lish guard release catalog:reg");
  }

  @Test
  void aReleaseLetsGoOfOneRegistryOnce() {
    held.addAll(List.of("a", "b"));
    registries.release(List.of(release("reg", 1), release("catalog:other", 1)));
    assertThat(registries.heldServices()).containsOnlyKeys("reg");
    registries.release(List.of(release("catalog:reg", 1)));
    assertThat(registries.heldServices()).isEmpty();
    held.add("c");
    registries.release(List.of(release("catalog:reg", 1)));
    assertThat(held).containsExactly("c");
    registries.release(List.of(release("catalog:reg", 2)));
    assertThat(held).isEmpty();
  }

  @Test
  void aReleaseOfBeforeTheStartLetsNothingGoThatLeavesLater() {
    registries.release(List.of(release("catalog:reg", 1)));
    held.add("c");
    registries.release(List.of(release("catalog:reg", 1)));
    assertThat(held).containsExactly("c");
  }
}
