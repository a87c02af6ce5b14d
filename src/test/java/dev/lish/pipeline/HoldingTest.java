package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Hold.Entry;
import dev.lish.source.Hold.Kind;
import dev.lish.source.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HoldingTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String QUERY = "consul:shop";

  private final Holding holding = new Holding(new FakeShared(new TestClock()), Runnable::run);

  private static Entry entry(int host, int second, int seconds) {
    Instant since = NOW.plusSeconds(second);
    Instance instance =
        new Instance(
            "web-" + host,
            "10.0.0." + host,
            80,
            Health.PASSING,
            1,
            Locality.UNKNOWN,
            new TreeMap<>());
    return new Entry(since, since.plusSeconds(seconds), Optional.of(instance));
  }

  private static Instant at(int second) {
    return NOW.plusSeconds(second);
  }

  private Set<String> active(int second) {
    return holding.active(Kind.GONE, QUERY, at(second)).keySet();
  }

  private List<String> shown(int second) {
    return holding.kept(at(second)).stream()
        .flatMap(kept -> kept.hold().hosts().keySet().stream())
        .toList();
  }

  @Test
  void aHostThatIsBackIsShownNoMoreAndItsHoldEndsSoon() {
    holding.add(Kind.GONE, QUERY, Map.of("a", entry(1, 0, 600), "b", entry(2, 0, 600)));
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(5));
    assertThat(shown(5)).containsExactly("b");
    assertThat(active(5)).as("another replica may not see it yet").contains("a");
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(64));
    assertThat(active(64)).contains("a");
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(65));
    assertThat(holding.entries(Kind.GONE, QUERY)).containsOnlyKeys("b");
  }

  @Test
  void aHostThatGoesAgainMeanwhileIsKeptUntilTheTimeThatWasSaid() {
    holding.add(Kind.GONE, QUERY, Map.of("a", entry(1, 0, 600)));
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(5));
    holding.tidy(Kind.GONE, QUERY, Set.of(), at(30));
    assertThat(shown(30)).containsExactly("a");
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(40));
    holding.tidy(Kind.GONE, QUERY, Set.of("a"), at(99));
    assertThat(active(99)).containsExactly("a");
  }

  @Test
  void whatWasLetGoIsNotKeptAgainWhenTheRegistryIsLostLater() {
    holding.add(Kind.GONE, QUERY, Map.of("a", entry(1, 0, 10)));
    holding.tidy(Kind.GONE, QUERY, Set.of(), at(11));
    holding.lost(Set.of("consul"), Duration.ofSeconds(10), at(20));
    assertThat(active(20)).isEmpty();
    assertThat(holding.held(QUERY, at(20)).letGo()).containsExactly("a");
  }

  @Test
  void whatIsKeptWhenTheRegistryIsLostStaysUntilItIsBack() {
    holding.add(Kind.GONE, QUERY, Map.of("a", entry(1, 0, 10)));
    holding.lost(Set.of("consul"), Duration.ofSeconds(10), at(5));
    holding.tidy(Kind.GONE, QUERY, Set.of(), at(500));
    assertThat(active(500)).containsExactly("a");
    holding.lost(Set.of(), Duration.ofSeconds(10), at(500));
    assertThat(active(509)).containsExactly("a");
    assertThat(active(511)).isEmpty();
  }

  @Test
  void whatAnAssignmentOfBeforeHeldIsForgotten() {
    holding.wait("pay 1", Set.of("a"), Duration.ofMinutes(10), at(0));
    assertThat(shown(1)).containsExactly("a");
    holding.forget(Kind.WAITING, "pay 1");
    assertThat(shown(1)).isEmpty();
  }

  @Test
  void whatWasLetGoIsRememberedWithinBounds() {
    TreeMap<String, Entry> many = new TreeMap<>();
    IntStream.range(100, 200).forEach(i -> many.put("h" + i, entry(1, i, 600)));
    holding.add(Kind.GONE, QUERY, many);
    holding.end(Kind.GONE, QUERY, Set.copyOf(many.keySet()), at(200));
    holding.tidy(Kind.GONE, QUERY, Set.of(), at(200));
    assertThat(active(200)).isEmpty();
    assertThat(holding.entries(Kind.GONE, QUERY)).hasSize(20);
  }
}
