package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WhatIfTest {
  private static final ClusterRules RULES = new ClusterRules(50, true, true, false);
  private static final Terms TERMS =
      new Terms(new TreeSet<>(Set.of("payments")), RULES, GuardSettings.DEFAULT, Duration.ZERO);

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Map<String, HealthStatus> hosts = new TreeMap<>();

  private void up(int priority, int count) {
    for (int i = 0; i < count; i++) {
      hosts.put(priority + "/" + i, HealthStatus.HEALTHY);
    }
  }

  private Decision decide(Optional<Base> base, int written, int second) {
    Proposal proposal =
        new Proposal(
            Cla.of(hosts, written), RULES, GuardSettings.DEFAULT, true, Set.of(), Set.of());
    return Guard.decide(base, proposal, START.plusSeconds(second));
  }

  /** What is decided of these hosts when they have been up for long. */
  private Decision settled(int written) {
    return decide(Optional.of(decide(Optional.empty(), written, 0).base()), written, 61);
  }

  @Test
  void hostsOfOnePriorityGoOutAtOnceWithTheFactorThatTheyNeed() {
    up(0, 10);
    WhatIf few = added(settled(140), TERMS, 3, OptionalInt.empty());
    assertThat(few.verdict()).isEqualTo("raise");
    assertThat(few.factor()).as("13 hosts, five of which are enough").isEqualTo(263);
    WhatIf many = added(settled(140), TERMS, 40, OptionalInt.empty());
    assertThat(many.verdict()).isEqualTo("raise");
    assertThat(many.factor()).isEqualTo(settledWith(40, 140));
  }

  /** What the guard itself gives out when these come. */
  private int settledWith(int more, int written) {
    Decision before = settled(written);
    for (int i = 100; i < 100 + more; i++) {
      hosts.put("0/" + i, HealthStatus.UNHEALTHY);
    }
    return Cla.factor(decide(Optional.of(before.base()), written, 120).admitted());
  }

  private static WhatIf added(Decision before, Terms terms, int hosts, OptionalInt priority) {
    return WhatIf.added(before, terms, hosts, priority, START.plusSeconds(120));
  }

  @Test
  void hostsThatComeWhileTheFactorIsRaisedRaiseItFurther() {
    up(0, 10);
    Decision before = settled(140);
    for (int i = 50; i < 90; i++) {
      hosts.put("0/" + i, HealthStatus.UNHEALTHY);
    }
    Decision raised = decide(Optional.of(before.base()), 140, 119);
    WhatIf more = added(raised, TERMS, 30, OptionalInt.empty());
    assertThat(more.verdict()).isEqualTo("raise");
    assertThat(more.factor()).isEqualTo(1616);
  }

  @Test
  void theReserveIsTakenOffBeforeHostsComeInSteps() {
    up(0, 6);
    for (int i = 6; i < 10; i++) {
      hosts.put("0/" + i, HealthStatus.UNHEALTHY);
    }
    up(1, 4);
    WhatIf many = added(settled(140), TERMS, 40, OptionalInt.of(1));
    assertThat(many.verdict()).isEqualTo("step");
    Decision before = settled(140);
    for (int i = 100; i < 140; i++) {
      hosts.put("1/" + i, HealthStatus.UNHEALTHY);
    }
    Decision really = decide(Optional.of(before.base()), 140, 120);
    assertThat(many.now()).isEqualTo(really.base().hosts().size() - 14).isPositive();
  }

  @Test
  void anAssignmentsOwnFactorCounts() {
    up(0, 10);
    WhatIf many = added(settled(200), TERMS, 40, OptionalInt.empty());
    assertThat(many.verdict()).isEqualTo("raise");
    assertThat(many.factor()).isEqualTo(settledWith(40, 200));
  }

  @Test
  void hostsOfAnotherPriorityAreCountedThere() {
    up(0, 10);
    up(1, 4);
    WhatIf spare = added(settled(140), TERMS, 40, OptionalInt.of(1));
    assertThat(counted(spare)).containsExactly(Map.entry(0, 10), Map.entry(1, 44));
    WhatIf fresh = added(settled(140), TERMS, 40, OptionalInt.of(2));
    assertThat(counted(fresh)).containsExactly(Map.entry(0, 10), Map.entry(1, 4), Map.entry(2, 40));
  }

  @Test
  void whereLocalitiesAreWeighedHostsWouldComeInSteps() {
    up(0, 10);
    Terms weighed =
        new Terms(
            TERMS.clusters(),
            new ClusterRules(50, true, true, true),
            TERMS.settings(),
            Duration.ZERO);
    WhatIf many = added(settled(140), weighed, 40, OptionalInt.empty());
    assertThat(many.verdict()).isEqualTo("step");
    assertThat(many.now()).as("nine of 18, one of ten being the reserve").isEqualTo(8);
  }

  private static final Instant LATER = START.plusSeconds(600);

  private WhatIf without(Decision decision, Set<String> kept, String... hosts) {
    Optional<Instant> until = kept.isEmpty() ? Optional.empty() : Optional.of(LATER);
    return WhatIf.removed(decision, TERMS, Set.of(hosts), kept, until, START.plusSeconds(120));
  }

  @Test
  void fewHostsMayGo() {
    up(0, 10);
    WhatIf few = without(settled(140), Set.of(), "10.0.0.1:80", "10.0.0.2:80", "10.9.9.9:80");
    assertThat(few.verdict()).isEqualTo("admit");
    assertThat(few.now()).isEqualTo(2);
    assertThat(few.safe()).isTrue();
    assertThat(counted(few)).containsExactly(Map.entry(0, 8));
  }

  @Test
  void thoseThatWouldBeKeptAreNotCalledSafe() {
    up(0, 10);
    WhatIf many = without(settled(140), Set.of("10.0.0.1:80"), "10.0.0.1:80", "10.0.0.2:80");
    assertThat(many.verdict()).isEqualTo("hold");
    assertThat(many.kept()).isEqualTo(1);
    assertThat(many.now()).isEqualTo(1);
    assertThat(many.until()).hasValue(LATER);
  }

  @Test
  void withoutAnyHostUpNothingIsSafe() {
    up(0, 2);
    WhatIf all = without(settled(140), Set.of(), "10.0.0.0:80", "10.0.0.1:80");
    assertThat(all.safe()).isFalse();
    assertThat(counted(all)).containsExactly(Map.entry(0, 0));
  }

  @Test
  void aRaisedFactorIsThatOfTheGuard() {
    up(0, 10);
    for (int i = 50; i < 60; i++) {
      hosts.put("0/" + i, HealthStatus.UNHEALTHY);
    }
    Decision before = settled(140);
    assertThat(Cla.factor(before.admitted())).isEqualTo(140);
    WhatIf five =
        without(
            before,
            Set.of(),
            "10.0.0.0:80",
            "10.0.0.1:80",
            "10.0.0.2:80",
            "10.0.0.3:80",
            "10.0.0.4:80");
    List.of("0/0", "0/1", "0/2", "0/3", "0/4").forEach(hosts::remove);
    Decision really = decide(Optional.of(before.base()), 140, 120);
    assertThat(five.verdict()).isEqualTo("raise");
    assertThat(five.factor()).isEqualTo(Cla.factor(really.admitted())).isGreaterThan(140);
    assertThat(five.until()).isPresent();
  }

  private static Map<Integer, Integer> counted(WhatIf what) {
    Map<Integer, Integer> counted = new TreeMap<>();
    what.levels().forEach((priority, level) -> counted.put(priority, level.counted()));
    return counted;
  }
}
