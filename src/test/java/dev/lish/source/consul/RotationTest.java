package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.source.consul.ConsulSettings.Load;
import dev.lish.source.consul.Watch.Flight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RotationTest {
  private static final Load LOAD = new Load(Duration.ofSeconds(60), 40, 10);
  private static final Scope HERE = new Scope(new TreeMap<>());
  private static final Scope TOKYO = new Scope(new TreeMap<>(Map.of("dc", "tokyo")));

  private final Rotation rotation = new Rotation(LOAD);
  private final List<Watch> watches = new ArrayList<>();
  private long now = 1_000_000;

  @Test
  void fewQueriesAreReadOnceAndThenBlock() {
    add(5, HERE);
    assertThat(startAll()).hasSize(5).allMatch(s -> s.kind() == Flight.READ);
    watches.forEach(w -> answer(w, 10, "a"));
    assertThat(startAll())
        .hasSize(5)
        .allMatch(s -> s.kind() == Flight.BLOCK)
        .allMatch(s -> s.waitTime().equals(Duration.ofSeconds(60)));
    assertThat(startAll()).isEmpty();
    assertThat(rotation.signalledScopes()).isEmpty();
  }

  @Test
  void neverMoreRequestsThanConnectionsHoweverManyQueries() {
    for (int i = 0; i < 13; i++) {
      rotation.pin(watch(HERE));
    }
    add(500, HERE);
    for (int round = 0; round < 200; round++) {
      startAll();
      assertThat(rotation.underWay()).isLessThanOrEqualTo(LOAD.connections());
      Watch done = watches.stream().filter(w -> w.flight == Flight.READ).findFirst().orElseThrow();
      answer(done, 10, "a");
      now += 10;
    }
  }

  @Test
  void signalHasQueriesOfItsScopeReadThatDoNotBlock() {
    List<Watch> crowd = crowd(100);
    List<Watch> tokyo = add(1, TOKYO);
    settle();
    assertThat(rotation.signalledScopes()).containsExactlyInAnyOrder(HERE, TOKYO);
    now += 1_000;
    assertThat(startAll()).isEmpty();
    rotation.signal(TOKYO);
    assertThat(crowd).noneMatch(w -> w.dirty);
    rotation.signal(HERE);
    Watch blocked = crowd.stream().filter(w -> w.flight == Flight.BLOCK).findFirst().orElseThrow();
    assertThat(blocked.dirty).isFalse();
    assertThat(tokyo.get(0).flight == Flight.BLOCK || tokyo.get(0).dirty).isTrue();
    Set<Watch> read = readWithin(60_000);
    // 22 of the 101 block.
    assertThat(read).hasSize(79).doesNotContain(blocked);
  }

  @Test
  void readsThatDoNotBlockAreBoundedInRate() {
    crowd(100);
    settle();
    rotation.signal(HERE);
    // 10 per second, and a burst of what 100 ms allow.
    assertThat(readWithin(2_000)).hasSizeBetween(18, 22);
  }

  @Test
  void sweepReadsWithoutAnySignal() {
    crowd(100);
    settle();
    assertThat(readWithin(Rotation.SWEEP_MILLIS / 2)).isEmpty();
    assertThat(readWithin(Rotation.SWEEP_MILLIS)).isNotEmpty();
  }

  @Test
  void queryThatChangedGetsTheNextBlockingQuery() {
    List<Watch> crowd = crowd(100);
    settle();
    Watch cold = crowd.stream().filter(w -> w.flight == Flight.NONE).findFirst().orElseThrow();
    rotation.signal(HERE);
    now += 5_000;
    while (cold.flight == Flight.NONE) {
      startAll();
      watches.stream()
          .filter(w -> w.flight == Flight.READ)
          .forEach(w -> answer(w, 11, w.equals(cold) ? "b" : "a"));
      if (cold.changedAt == now) {
        break;
      }
      now += 100;
    }
    Watch blocked = crowd.stream().filter(w -> w.flight == Flight.BLOCK).findFirst().orElseThrow();
    answer(blocked, 10, "a");
    startAll();
    assertThat(cold.flight).isEqualTo(Flight.BLOCK);
  }

  @Test
  void closedQueryKeepsItsConnectionUntilItsRequestEnds() {
    Watch watch = add(1, HERE).get(0);
    startAll();
    rotation.remove(watch);
    assertThat(rotation.underWay()).isEqualTo(1);
    answer(watch, 10, "a");
    assertThat(startAll()).isEmpty();
  }

  private List<Watch> crowd(int size) {
    List<Watch> crowd = add(size, HERE);
    assertThat(rotation.crowded()).isTrue();
    return crowd;
  }

  /** Has every query read once, and as many as fit block. */
  private void settle() {
    while (watches.stream().anyMatch(w -> w.index == 0)) {
      startAll();
      watches.stream().filter(w -> w.flight == Flight.READ).forEach(w -> answer(w, 10, "a"));
    }
    startAll();
    now += 1;
  }

  /** The queries that were read until then. */
  private Set<Watch> readWithin(long millis) {
    Set<Watch> read = new java.util.HashSet<>();
    for (long end = now + millis; now < end; now += 10) {
      startAll();
      watches.stream()
          .filter(w -> w.flight == Flight.READ)
          .forEach(
              w -> {
                read.add(w);
                answer(w, 10, "a");
              });
    }
    return read;
  }

  private List<Watch> add(int count, Scope scope) {
    List<Watch> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Watch watch = watch(scope);
      added.add(watch);
      rotation.add(watch);
    }
    watches.addAll(added);
    return added;
  }

  private static Watch watch(Scope scope) {
    return new Watch("/health/service/a", scope, new TreeMap<>(), answer -> {});
  }

  private List<Rotation.Start> startAll() {
    List<Rotation.Start> started = new ArrayList<>();
    Optional<Rotation.Start> next = rotation.next(now);
    while (next.isPresent()) {
      started.add(next.get());
      next = rotation.next(now);
    }
    return started;
  }

  private void answer(Watch watch, long index, String body) {
    watch.found(new Answer.Found(index, ByteString.copyFromUtf8(body)), now);
    if (watch.closed) {
      rotation.forget(watch);
    }
  }
}
