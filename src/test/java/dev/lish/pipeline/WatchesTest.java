package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchesTest {
  private static final DiscoveryQuery NEAR = DiscoveryQuery.parse("near:payments");
  private static final DiscoveryQuery FAR = DiscoveryQuery.parse("far:payments");

  private final TestClock clock = new TestClock();
  private final Map<DiscoveryQuery, Cell<List<Instance>>> cells = new HashMap<>();
  private final Set<DiscoveryQuery> closed = new HashSet<>();
  private final AtomicInteger wakes = new AtomicInteger();
  private final Watches watches = new Watches(this::open, wakes::incrementAndGet, clock);

  private Source<List<Instance>> open(DiscoveryQuery query) {
    return cell(query).source(() -> closed.add(query));
  }

  private Cell<List<Instance>> cell(DiscoveryQuery query) {
    return cells.computeIfAbsent(query, any -> new Cell<>(clock));
  }

  private static Instance instance(int port) {
    return new Instance(
        "i" + port,
        "127.0.0.1",
        port,
        Health.PASSING,
        1,
        new Locality("", "", ""),
        new TreeMap<>());
  }

  @Test
  void anAnswerIsTakenOnceAndWakes() {
    watches.follow(Set.of(NEAR, FAR));
    watches.takeChanged();
    int before = wakes.get();
    cell(NEAR).set(List.of(instance(80)));
    assertThat(wakes.get()).isGreaterThan(before);
    assertThat(watches.last(NEAR)).hasValue(List.of(instance(80)));
    assertThat(watches.last(FAR)).isEmpty();
    assertThat(watches.takeChanged()).containsExactly(NEAR);
    assertThat(watches.takeChanged()).isEmpty();
  }

  @Test
  void whatIsNoLongerAskedIsClosed() {
    watches.follow(Set.of(NEAR, FAR));
    watches.follow(Set.of(FAR));
    assertThat(closed).containsExactly(NEAR);
    assertThat(watches.of(NEAR)).isEmpty();
    watches.close();
    assertThat(closed).containsExactlyInAnyOrder(NEAR, FAR);
  }

  @Test
  void aHostIsHeardOfWhereAnyRegistryThatAnswersHasIt() {
    watches.follow(Set.of(NEAR, FAR));
    cell(NEAR).set(List.of(instance(80), instance(81)));
    cell(FAR).set(List.of(instance(81), instance(82)));
    assertThat(watches.unheard(List.of(NEAR, FAR))).as("all answer").isEmpty();
    cell(FAR).fail("it is away");
    assertThat(watches.unheard(List.of(NEAR, FAR))).containsExactly("127.0.0.1:82");
    assertThat(watches.unheard(List.of(FAR, NEAR))).containsExactly("127.0.0.1:82");
    cell(NEAR).fail("it is away too");
    assertThat(watches.unheard(List.of(NEAR, FAR))).hasSize(3);
  }
}
