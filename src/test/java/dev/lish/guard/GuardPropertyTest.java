package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.EnvoyPanic.Seen;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Random histories of a cluster's hosts, and an Envoy whose own checks agree with the registry or
 * not: what the guard lets through never starts a panic.
 */
class GuardPropertyTest {
  private static final Duration SETTLE = Duration.ofSeconds(60);

  /** What happens to one host. */
  private enum Kind {
    ADD_DOWN,
    ADD_UP,
    REMOVE,
    FAIL,
    PASS
  }

  /** What the registry says next, how long after the last, and how Envoy's checks go meanwhile. */
  private record Step(List<Kind> kinds, List<Integer> hosts, int seconds, long checks) {}

  private record History(List<Integer> start, int threshold, List<Step> steps, long checks) {}

  @Provide
  Arbitrary<History> alone() {
    return histories(1);
  }

  @Provide
  Arbitrary<History> several() {
    return histories(3);
  }

  private static Arbitrary<History> histories(int priorities) {
    Arbitrary<Step> steps =
        Combinators.combine(
                Arbitraries.of(Kind.values()).list().ofSize(6),
                Arbitraries.integers().between(0, 40 * priorities - 1).list().ofSize(6),
                Arbitraries.of(1, 5, 61, 700),
                Arbitraries.longs())
            .as(Step::new);
    return Combinators.combine(
            Arbitraries.integers().between(0, 14).list().ofSize(priorities),
            Arbitraries.of(0, 1, 25, 50, 57, 71, 80, 100),
            steps.list().ofMinSize(1).ofMaxSize(8),
            Arbitraries.longs())
        .as(History::new);
  }

  /** A registry and an Envoy side by side. */
  private static final class World {
    final int priorities;
    final GuardSettings settings;
    final ClusterRules rules;
    final Map<String, HealthStatus> registry = new TreeMap<>();
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Optional<Base> base = Optional.empty();
    Set<String> waiting = new TreeSet<>();
    Decision last;
    Set<String> sent = new TreeSet<>();
    int factor = 140;

    /** Hosts that are sent, since when the registry has called them passing without a break. */
    final Map<String, Instant> passingSince = new TreeMap<>();

    World(History history, int priorities, int reserve) {
      this.priorities = priorities;
      rules = new ClusterRules(history.threshold(), true, true, false);
      settings =
          new GuardSettings(
              true,
              SETTLE,
              reserve,
              Duration.ofMinutes(10),
              Duration.ofMinutes(10),
              50,
              Duration.ofMinutes(2));
      for (int p = 0; p < priorities; p++) {
        for (int i = 0; i < history.start().get(p); i++) {
          registry.put(p + "/" + i, HealthStatus.HEALTHY);
        }
      }
      send();
      now = now.plus(SETTLE).plusSeconds(1);
      send();
    }

    void apply(Kind kind, int host) {
      String key = host % priorities + "/" + host / priorities;
      switch (kind) {
        case ADD_DOWN -> registry.putIfAbsent(key, HealthStatus.UNHEALTHY);
        case ADD_UP -> registry.putIfAbsent(key, HealthStatus.HEALTHY);
        case REMOVE -> registry.remove(key);
        case FAIL -> registry.replace(key, HealthStatus.UNHEALTHY);
        case PASS -> registry.replace(key, HealthStatus.HEALTHY);
      }
    }

    void send() {
      Proposal proposal = new Proposal(Cla.of(registry), rules, settings, true, waiting, Set.of());
      last = Guard.decide(base, proposal, now);
      base = Optional.of(last.base());
      waiting = last.waiting();
      sent = new TreeSet<>(last.base().hosts().keySet());
      factor = Cla.factor(last.admitted());
      Set<String> passing = new TreeSet<>();
      registry.forEach(
          (host, status) -> {
            if (status == HealthStatus.HEALTHY) {
              passing.add(key(host));
            }
          });
      passing.retainAll(sent);
      passingSince.keySet().retainAll(passing);
      passing.forEach(key -> passingSince.putIfAbsent(key, now));
    }

    List<Integer> panics(Set<String> up) {
      return EnvoyPanic.panics(seen(sent, up), rules.threshold(), factor);
    }
  }

  private static List<Seen> seen(Set<String> hosts, Set<String> up) {
    List<Seen> seen = new ArrayList<>();
    for (String host : hosts) {
      seen.add(new Seen(priority(host), up.contains(host), false));
    }
    return seen;
  }

  private static String key(String host) {
    return "10." + host.replace("/", ".0.") + ":80";
  }

  private static int priority(String key) {
    return key.charAt(3) - '0';
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
  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void anAdditionToOnePriorityNeverStartsAPanicWhateverEnvoysChecksSay(
      @ForAll("alone") History history) {
    World world = new World(history, 1, 10);
    for (Step step : history.steps()) {
      Set<String> before = world.sent;
      Set<String> up = some(before, step.checks());
      boolean wasSafe = world.panics(up).isEmpty();
      for (int i = 0; i < step.kinds().size(); i++) {
        Kind kind = step.kinds().get(i);
        if (kind == Kind.ADD_DOWN || kind == Kind.ADD_UP) {
          world.apply(kind, step.hosts().get(i));
        }
      }
      // Time may not pass, or old hosts settle and the factor of an earlier addition goes back.
      world.send();
      assertThat(world.sent).as("one priority waits for nothing").containsAll(keys(world));
      if (wasSafe && !up.isEmpty()) {
        assertThat(world.panics(up))
            .as("%s of %s, factor %s", up, world.sent, world.factor)
            .isEmpty();
      }
      world.now = world.now.plusSeconds(step.seconds());
      world.send();
    }
  }

  private static Set<String> keys(World world) {
    Set<String> keys = new TreeSet<>();
    world.registry.keySet().forEach(h -> keys.add(key(h)));
    return keys;
  }

  /**
   * Any history, one priority or several: while Envoy sees those hosts up which the registry has
   * called passing for the settle time, less the reserve, and no others, no change that adds or
   * removes hosts starts a panic.
   */
  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void noChangeStartsAPanicWhileEnvoyAgreesWithinTheReserve(@ForAll("several") History history) {
    check(history, 3, false);
  }

  /** The same with one priority. */
  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void noChangeOfOnePriorityStartsAPanicWhileEnvoyAgrees(@ForAll("alone") History history) {
    check(history, 1, false);
  }

  /** Envoy sees more hosts up than the registry: the new ones at once. */
  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void noChangeStartsAPanicWhenEnvoySeesMoreHostsUp(@ForAll("several") History history) {
    check(history, 3, true);
  }

  private static void check(History history, int priorities, boolean more) {
    World world = new World(history, priorities, 20);
    for (Step step : history.steps()) {
      Set<String> settled = up(world, 20);
      boolean wasSafe = world.panics(settled).isEmpty();
      Map<String, HealthStatus> before = new TreeMap<>(world.registry);
      for (int i = 0; i < step.kinds().size(); i++) {
        world.apply(step.kinds().get(i), step.hosts().get(i));
      }
      boolean failed =
          before.entrySet().stream()
              .anyMatch(
                  was ->
                      was.getValue() == HealthStatus.HEALTHY
                          && world.registry.get(was.getKey()) == HealthStatus.UNHEALTHY);
      world.send();
      Set<String> up = new TreeSet<>(up(world, 20));
      if (more) {
        up.addAll(some(world.sent, step.checks()));
      }
      // Where hosts fail, panic may be right: it spreads the load.
      if (wasSafe && !failed && !up.isEmpty()) {
        assertThat(world.panics(up))
            .as("%s of %s, factor %s, %s", up, world.sent, world.factor, world.last.verdict())
            .isEmpty();
      }
      world.now = world.now.plusSeconds(step.seconds());
      world.send();
    }
  }

  /**
   * The hosts that are sent and that the registry has called passing for the settle time, but for
   * as many of each priority as the reserve allows.
   */
  private static Set<String> up(World world, int reserve) {
    TreeMap<Integer, List<String>> levels = new TreeMap<>();
    for (String key : world.sent) {
      Instant since = world.passingSince.get(key);
      if (since != null && !since.plus(SETTLE).isAfter(world.now)) {
        levels.computeIfAbsent(priority(key), p -> new ArrayList<>()).add(key);
      }
    }
    Set<String> up = new TreeSet<>();
    levels
        .values()
        .forEach(
            level -> up.addAll(level.subList((level.size() * reserve + 99) / 100, level.size())));
    return up;
  }

  /**
   * Nothing waits for ever: when all hosts pass, all are sent, and the factor is the written one.
   */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void allHostsAreInServiceAFewSettleTimesAfterTheyPass(@ForAll("several") History history) {
    World world = new World(history, 3, 10);
    for (Step step : history.steps()) {
      for (int i = 0; i < step.kinds().size(); i++) {
        world.apply(step.kinds().get(i), step.hosts().get(i));
      }
      world.send();
      world.now = world.now.plusSeconds(step.seconds());
    }
    world.registry.replaceAll((host, status) -> HealthStatus.HEALTHY);
    for (int i = 0; i < 40; i++) {
      world.send();
      world.now = world.now.plus(SETTLE).plusSeconds(1);
      if (world.last.verdict() instanceof Verdict.Hold hold && hold.when().isEmpty()) {
        // Nothing fits at all: the longest raise lets them out.
        world.send();
        Proposal due =
            new Proposal(
                Cla.of(world.registry),
                world.rules,
                world.settings,
                true,
                Set.of(),
                world.last.waiting());
        world.last = Guard.decide(world.base, due, world.now);
        world.base = Optional.of(world.last.base());
        world.waiting = world.last.waiting();
      }
    }
    world.now = world.now.plusSeconds(700);
    world.send();
    assertThat(world.sent).isEqualTo(keys(world));
    assertThat(world.factor).isEqualTo(140);
  }
}
