package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.GuardHistory.Kind;
import dev.lish.guard.GuardHistory.Step;
import dev.lish.guard.GuardWorld.Checks;
import dev.lish.guard.GuardWorld.Moment;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random histories of a cluster's hosts, and an Envoy whose own checks agree with the registry or
 * not: what the guard lets through never starts a panic. {@code -Djqwik.tries.default=100000} makes
 * it a long run.
 */
class GuardPropertyTest {
  private static final Set<Kind> ADDITIONS =
      EnumSet.of(
          Kind.ADD_UP, Kind.ADD_UNKNOWN, Kind.ADD_DEGRADED, Kind.ADD_DOWN, Kind.ADD_DRAINING);

  @Provide
  Arbitrary<GuardHistory> alone() {
    return GuardHistory.of(1, 1, 20);
  }

  @Provide
  Arbitrary<GuardHistory> any() {
    return GuardHistory.of(1, 4, 20);
  }

  /** Any part of the hosts at all, whatever the registry says of them. */
  private static Set<String> some(Set<String> hosts, long bits) {
    Set<String> some = new TreeSet<>();
    int i = 0;
    for (String host : hosts) {
      if ((bits >> (i++ % 62) & 1) == 1) {
        some.add(host);
      }
    }
    return some;
  }

  /**
   * One priority: for any state of Envoy's own checks in which there was no panic before hosts were
   * added, there is none after, though not one of the new hosts is up.
   */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void anAdditionToOnePriorityNeverStartsAPanicWhateverEnvoysChecksSay(
      @ForAll("alone") GuardHistory history) {
    GuardWorld world = new GuardWorld(history);
    for (Step step : history.steps()) {
      Set<String> old = world.envoy.hosts().keySet();
      Set<String> up = some(old, step.checks());
      Checks checks = history.setting().flags().activeChecks() ? (n, s) -> up : (n, s) -> n;
      Moment before = world.moment();
      for (int i = 0; i < step.kinds().size(); i++) {
        if (ADDITIONS.contains(step.kinds().get(i))) {
          world.apply(step.kinds().get(i), step.hosts().get(i));
        }
      }
      boolean wasSafe = world.wasSafe(before, checks);
      // Time may not pass, or old hosts settle and the factor of an earlier addition goes back.
      world.send();
      if (!history.setting().flags().localityWeighted()) {
        assertThat(world.envoy.hosts().keySet())
            .as("one priority waits for nothing")
            .containsAll(world.registry.keySet());
      }
      if (wasSafe && !history.setting().flags().localityWeighted()) {
        assertThat(world.isSafe(checks)).as("%s up; %s", up, world).isTrue();
      }
      world.advance(Duration.ofSeconds(step.seconds()), world::send);
    }
  }

  /**
   * Any history, one priority or several: while Envoy sees those hosts up which the registry has
   * called passing for the settle time, less the reserve, and no others, nothing that the guard
   * sends starts a panic: no addition, no removal, no step, no factor that goes back.
   */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void nothingStartsAPanicWhileEnvoyAgreesWithinTheReserve(@ForAll("any") GuardHistory history) {
    play(history, false);
  }

  /**
   * Envoy sees more hosts up than the registry: the new ones at once, or ones that it calls down.
   */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void nothingStartsAPanicWhenEnvoySeesMoreHostsUp(@ForAll("any") GuardHistory history) {
    play(history, true);
  }

  private static void play(GuardHistory history, boolean more) {
    GuardWorld world = new GuardWorld(history);
    for (Step step : history.steps()) {
      if (step.forgets()) {
        world.forget();
        sendWithoutPanic(world, step, more);
      }
      for (int i = 0; i < step.kinds().size(); i++) {
        world.apply(step.kinds().get(i), step.hosts().get(i));
      }
      sendWithoutPanic(world, step, more);
      world.advance(Duration.ofSeconds(step.seconds()), () -> sendWithoutPanic(world, step, more));
    }
  }

  private static void sendWithoutPanic(GuardWorld world, Step step, boolean more) {
    // Who leaves while the registry calls him down counts as down.
    Set<String> extra = more ? some(world.registry.keySet(), step.checks()) : Set.of();
    // A part of the hosts says nothing of a part of their weights.
    int reserve = world.setting.flags().weighted() ? 0 : world.setting.reserve();
    Checks checks = world.agreeing(reserve, extra);
    Checks exactly = world.agreeing(0, extra);
    Moment before = world.moment();
    boolean said = world.wasSafeByItself(before, world.agreeing(0, Set.of()));
    boolean wasSafe = said && wasSafe(world, before, checks);
    boolean wasExactlySafe = said && wasSafe(world, before, exactly);
    boolean started = world.wasSafe(before, exactly);
    world.send();
    // Where the factor goes back the new hosts count as up: one that is not is like one that fails.
    boolean back = world.envoy.factor() < before.envoy().factor();
    if (back ? wasExactlySafe : wasSafe) {
      assertThat(world.isSafe(back ? exactly : checks)).as("%s", world).isTrue();
    }
    if (started && !world.someOldHostIsDown() && world.last.alarms().isEmpty()) {
      assertThat(world.isSafe(exactly)).as("no old host is down, no alarm; %s", world).isTrue();
    }
  }

  private static boolean wasSafe(GuardWorld world, Moment before, Checks checks) {
    return world.wasSafe(before, checks) && world.wasSafeByItself(before, checks);
  }

  /** The world at the end of a history in which nothing is looked at on the way. */
  private static GuardWorld played(GuardHistory history) {
    GuardWorld world = new GuardWorld(history);
    for (Step step : history.steps()) {
      for (int i = 0; i < step.kinds().size(); i++) {
        world.apply(step.kinds().get(i), step.hosts().get(i));
      }
      world.send();
      world.advance(Duration.ofSeconds(step.seconds()), world::send);
    }
    return world;
  }

  /** Nothing waits for longer than the longest raise, and the factor goes back after it. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whenAllHostsPassAllAreInServiceInTimeWithTheFactorAsWritten(
      @ForAll("any") GuardHistory history) {
    GuardWorld world = played(history);
    world.registry.replaceAll((host, status) -> HealthStatus.HEALTHY);
    world.send();
    world.advance(GuardWorld.LONGEST.plusSeconds(1), world::send);
    assertThat(world.envoy.hosts().keySet()).as("%s", world).isEqualTo(world.registry.keySet());
    world.advance(GuardWorld.LONGEST.plus(GuardWorld.SETTLE), world::send);
    assertThat(world.envoy.factor()).as("%s", world).isEqualTo(history.setting().factor());
  }

  /** One priority: hosts that never pass keep no factor raised where the others are enough. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void theFactorGoesBackWithoutThoseThatNeverPassWhereTheOthersAreEnough(
      @ForAll("alone") GuardHistory history) {
    GuardWorld world = played(history);
    world.advance(GuardWorld.LONGEST.plus(GuardWorld.SETTLE), world::send);
    boolean weighs = history.setting().flags().weighted();
    if (!weighs && world.isSafeAsWritten()) {
      assertThat(world.envoy.factor()).as("%s", world).isEqualTo(history.setting().factor());
    }
  }

  /**
   * A host that is in maintenance or gone is in no Envoy's list: at once where Envoy drops it with
   * the assignment, else listed as UNHEALTHY for three seconds, so that Envoy does not keep it
   * though its checks pass.
   */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whoLeavesIsInNoEnvoysList(@ForAll("any") GuardHistory history) {
    GuardWorld world = new GuardWorld(history);
    boolean keeps =
        history.setting().flags().activeChecks() && !history.setting().flags().dropsRemoved();
    Map<String, Instant> since = new TreeMap<>();
    Runnable send =
        () -> {
          world.send();
          Set<String> gone = new TreeSet<>(world.envoy.hosts().keySet());
          gone.removeAll(world.registry.keySet());
          since.keySet().retainAll(gone);
          for (String name : gone) {
            assertThat(keeps).as("%s is gone; %s", name, world).isTrue();
            assertThat(world.envoy.failed()).contains(name);
            assertThat(since.computeIfAbsent(name, n -> world.now).plusSeconds(3))
                .as("%s is gone; %s", name, world)
                .isAfter(world.now);
          }
        };
    for (Step step : history.steps()) {
      if (step.forgets()) {
        world.forget();
        send.run();
      }
      for (int i = 0; i < step.kinds().size(); i++) {
        world.apply(step.kinds().get(i), step.hosts().get(i));
      }
      send.run();
      world.advance(Duration.ofSeconds(step.seconds()), send);
    }
    world.advance(Duration.ofSeconds(4), send);
    assertThat(world.registry.keySet()).containsAll(world.envoy.hosts().keySet());
  }
}
