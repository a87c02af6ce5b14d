package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GuardTest {
  private final Map<String, HealthStatus> hosts = new TreeMap<>();
  private ClusterRules rules = new ClusterRules(50, true, true, false);
  private boolean knowsHealth = true;
  private Set<String> waiting = Set.of();
  private Set<String> due = Set.of();
  private Set<String> unheard = Set.of();
  private Optional<Base> base = Optional.empty();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private Decision decide() {
    Proposal proposal =
        new Proposal(
            Cla.of(hosts), rules, GuardSettings.DEFAULT, knowsHealth, waiting, due, unheard);
    Decision decision = Guard.decide(base, proposal, now);
    base = Optional.of(decision.base());
    return decision;
  }

  private void add(int priority, int from, int to, HealthStatus status) {
    for (int i = from; i < to; i++) {
      hosts.put(priority + "/" + i, status);
    }
  }

  private void settled() {
    decide();
    pass(Duration.ofSeconds(61));
    decide();
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void ofHostsThatNothingIsKnownOfOneIsEnough() {
    add(0, 0, 10, HealthStatus.HEALTHY);
    Decision first = decide();
    assertThat(Cla.factor(first.admitted())).isEqualTo(1010);
    assertThat(first.look()).contains(now.plusSeconds(60));
    pass(Duration.ofSeconds(60));
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
  }

  @Test
  void fifteenNewHostsGoOutAtOnceWithAFactorUntilTheyAreSettled() {
    add(0, 0, 6, HealthStatus.HEALTHY);
    add(0, 6, 10, HealthStatus.UNHEALTHY);
    settled();
    add(0, 10, 25, HealthStatus.UNHEALTHY);
    Decision raised = decide();
    assertThat(Cla.factor(raised.admitted())).isEqualTo(505);
    assertThat(raised.verdict()).isInstanceOf(Verdict.Raise.class);
    pass(Duration.ofMinutes(11));
    Decision late = decide();
    assertThat(late.alarms()).singleElement().asString().contains("raised since");
    add(0, 10, 25, HealthStatus.HEALTHY);
    decide();
    pass(Duration.ofSeconds(60));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).isEqualTo(140);
    assertThat(back.alarms()).isEmpty();
  }

  @Test
  void aHostThatNeverPassesKeepsTheFactorForTheLongestRaiseOnly() {
    decide();
    add(0, 0, 8, HealthStatus.HEALTHY);
    add(0, 8, 10, HealthStatus.UNHEALTHY);
    Decision first = decide();
    assertThat(Cla.factor(first.admitted())).isEqualTo(1010);
    assertThat(((Verdict.Raise) first.verdict()).until())
        .as("once the others are settled, eight of ten are enough")
        .contains(now.plus(Duration.ofMinutes(10)));
    pass(Duration.ofSeconds(61));
    assertThat(Cla.factor(decide().admitted())).as("of eight, four are enough").isEqualTo(253);
    pass(Duration.ofMinutes(9));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).isEqualTo(140);
    assertThat(back.alarms()).isEmpty();
    assertThat(back.verdict()).isInstanceOf(Verdict.Admit.class);
    add(0, 10, 11, HealthStatus.UNHEALTHY);
    assertThat(Cla.factor(decide().admitted()))
        .as("where panic starts is as before")
        .isEqualTo(223);
  }

  @Test
  void theFactorIsLookedAtWhenAHostThatNeverPassesHasBeenThereForTheLongestRaise() {
    add(0, 0, 9, HealthStatus.HEALTHY);
    settled();
    add(0, 9, 10, HealthStatus.UNHEALTHY);
    decide();
    pass(Duration.ofMinutes(5));
    add(0, 10, 11, HealthStatus.UNHEALTHY);
    decide();
    pass(Duration.ofMinutes(5));
    assertThat(decide().look()).contains(now.plus(Duration.ofMinutes(5)));
  }

  @Test
  void aFactorStaysWhileTooFewAreUpForItToGoBack() {
    add(0, 0, 10, HealthStatus.HEALTHY);
    settled();
    add(0, 10, 20, HealthStatus.UNHEALTHY);
    Decision raised = decide();
    assertThat(Cla.factor(raised.admitted())).isEqualTo(404);
    assertThat(((Verdict.Raise) raised.verdict()).until()).isEmpty();
    pass(Duration.ofMinutes(11));
    Decision held = decide();
    assertThat(Cla.factor(held.admitted()))
        .as("ten of 20, less the reserve, would be a panic")
        .isEqualTo(404);
    assertThat(held.alarms()).singleElement().asString().contains("raised since");
    add(0, 10, 12, HealthStatus.HEALTHY);
    decide();
    pass(Duration.ofSeconds(60));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).as("twelve are enough").isEqualTo(140);
    assertThat(back.alarms()).isEmpty();
  }

  /** Neither in an outage of the registry nor while Lish was down does a host become settled. */
  @Test
  void hostsDoNotSettleWhileTheirRegistryDoesNotAnswer() {
    add(0, 0, 4, HealthStatus.HEALTHY);
    settled();
    add(0, 4, 6, HealthStatus.HEALTHY);
    decide();
    unheard = Set.of("10.0.0.4:80");
    pass(Duration.ofMinutes(2));
    assertThat(Cla.factor(decide().admitted())).as("one of them may be down").isEqualTo(202);
    unheard = Set.of();
    assertThat(decide().look()).contains(now.plusSeconds(60));
    pass(Duration.ofSeconds(59));
    assertThat(Cla.factor(decide().admitted())).isEqualTo(202);
    pass(Duration.ofSeconds(1));
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
  }

  @Test
  void aLossInAPriorityIsMadeUpForUntilTheLongestRaise() {
    rules = new ClusterRules(1, true, true, false);
    add(0, 0, 2, HealthStatus.HEALTHY);
    add(2, 0, 2, HealthStatus.HEALTHY);
    settled();
    hosts.remove("2/0");
    // Less the reserve one of two and none of one are up: 70 percent, and a priority without any.
    Decision raised = decide();
    assertThat(Cla.factor(raised.admitted())).isGreaterThan(200);
    assertThat(raised.verdict()).isInstanceOf(Verdict.Raise.class);
    pass(Duration.ofMinutes(5));
    assertThat(Cla.factor(decide().admitted())).isGreaterThan(200);
    pass(Duration.ofMinutes(5));
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
  }

  @Test
  void aHostThatWasDownAndPassesAgainCountsAsUpAfterTheSettleTime() {
    add(0, 0, 6, HealthStatus.HEALTHY);
    add(0, 6, 10, HealthStatus.UNHEALTHY);
    add(1, 0, 2, HealthStatus.HEALTHY);
    settled();
    add(0, 6, 10, HealthStatus.HEALTHY);
    Decision flipped = decide();
    assertThat(flipped.levels().get(0)).isEqualTo(new Level(10, 6, 0));
    assertThat(flipped.look()).contains(now.plusSeconds(60));
    pass(Duration.ofSeconds(60));
    assertThat(decide().levels().get(0)).isEqualTo(new Level(10, 10, 0));
  }

  @Test
  void whereNoHealthIsKnownTheFactorGoesBackAfterTheLongestRaiseWithAnAlarm() {
    knowsHealth = false;
    add(0, 0, 10, HealthStatus.HEALTHY);
    decide();
    pass(Duration.ofMinutes(10));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).isEqualTo(140);
    assertThat(back.alarms()).singleElement().asString().contains("went back");
  }

  @Test
  void withoutChecksAHostIsUpAtOnce() {
    rules = new ClusterRules(50, false, true, false);
    add(0, 0, 10, HealthStatus.HEALTHY);
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
    add(0, 10, 40, HealthStatus.HEALTHY);
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
    add(0, 40, 90, HealthStatus.UNHEALTHY);
    assertThat(Cla.factor(decide().admitted())).isGreaterThan(140);
  }

  @Test
  void whereLocalitiesAreWeighedHostsComeInSteps() {
    rules = new ClusterRules(50, true, true, true);
    add(0, 0, 10, HealthStatus.HEALTHY);
    settled();
    add(0, 10, 30, HealthStatus.HEALTHY);
    Decision step = decide();
    assertThat(step.verdict()).isInstanceOf(Verdict.Step.class);
    // 9 of 10 without the reserve: 18 may be listed, so 8 more.
    assertThat(step.waiting()).hasSize(12);
    assertThat(Cla.factor(step.admitted())).isEqualTo(140);
  }

  @Test
  void severalPrioritiesAreFilledInSteps() {
    add(0, 0, 10, HealthStatus.HEALTHY);
    add(1, 0, 3, HealthStatus.HEALTHY);
    add(1, 3, 10, HealthStatus.UNHEALTHY);
    settled();
    add(0, 10, 100, HealthStatus.HEALTHY);
    Decision step = decide();
    assertThat(step.verdict()).isInstanceOf(Verdict.Step.class);
    assertThat(Cla.factor(step.admitted())).isEqualTo(140);
    assertThat(step.waiting()).isNotEmpty().hasSizeLessThan(90);
    int rounds = 0;
    while (!step.waiting().isEmpty() && rounds++ < 10) {
      waiting = step.waiting();
      pass(Duration.ofSeconds(60));
      step = decide();
      waiting = step.waiting();
      step = decide();
    }
    assertThat(step.base().hosts()).hasSize(110);
  }

  @Test
  void hostsThatHaveWaitedForAsLongAsAnyMayGoOutWithAFactorAndAnAlarm() {
    add(0, 0, 5, HealthStatus.HEALTHY);
    add(1, 0, 1, HealthStatus.HEALTHY);
    settled();
    add(1, 1, 40, HealthStatus.UNHEALTHY);
    add(0, 5, 10, HealthStatus.UNHEALTHY);
    Decision held = decide();
    assertThat(held.waiting()).isNotEmpty();
    due = held.waiting();
    Decision out = decide();
    assertThat(out.base().hosts()).hasSize(50);
    assertThat(out.verdict()).isInstanceOf(Verdict.Raise.class);
    assertThat(out.alarms()).isNotEmpty();
  }

  /** The longest raise and one look more: the lone host's reserve leaves no headroom at all. */
  @Test
  void besideOnePassingHostOfTheFirstPriorityASpareWaitsForTheLongestRaiseAndNoLonger() {
    add(0, 0, 1, HealthStatus.HEALTHY);
    settled();
    add(1, 0, 3, HealthStatus.HEALTHY);
    Map<String, Instant> since = new TreeMap<>();
    Instant start = now;
    Decision decision = decide();
    while (decision.base().hosts().size() < 4 && now.isBefore(start.plus(Duration.ofMinutes(15)))) {
      since.keySet().retainAll(decision.waiting());
      decision.waiting().forEach(host -> since.putIfAbsent(host, now));
      pass(Duration.ofSeconds(10));
      Instant ended = now.minus(GuardSettings.DEFAULT.longestRaise());
      due = new TreeSet<>(since.keySet());
      due.removeIf(host -> since.getOrDefault(host, now).isAfter(ended));
      waiting = new TreeSet<>(since.keySet());
      waiting.removeAll(due);
      decision = decide();
    }
    assertThat(decision.base().hosts()).hasSize(4);
    assertThat(Duration.between(start, now)).isLessThanOrEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aHostThatEnvoyWouldKeepIsListedAsUnhealthyBeforeItIsRemoved() {
    rules = new ClusterRules(50, true, false, false);
    add(0, 0, 10, HealthStatus.HEALTHY);
    settled();
    hosts.remove("0/3");
    List<HealthStatus> left = statuses(decide());
    assertThat(left).hasSize(10).containsOnlyOnce(HealthStatus.UNHEALTHY);
    pass(Duration.ofSeconds(3));
    assertThat(statuses(decide())).hasSize(9).doesNotContain(HealthStatus.UNHEALTHY);
  }

  private static List<HealthStatus> statuses(Decision decision) {
    List<HealthStatus> statuses = new ArrayList<>();
    Cla.read(decision.admitted())
        .getEndpointsList()
        .forEach(
            l ->
                l.getLbEndpointsList().stream()
                    .map(LbEndpoint::getHealthStatus)
                    .forEach(statuses::add));
    return statuses;
  }

  @Test
  void aThresholdBelowOneNeedsNothing() {
    rules = new ClusterRules(0, true, true, false);
    add(0, 0, 1, HealthStatus.HEALTHY);
    settled();
    add(0, 1, 60, HealthStatus.UNHEALTHY);
    assertThat(Cla.factor(decide().admitted())).isEqualTo(140);
  }

  @Test
  void aLossThatWouldBeAPanicByItselfIsMadeUpForAndNotTakenForOneThatWasThereBefore() {
    add(0, 0, 6, HealthStatus.HEALTHY);
    add(0, 6, 10, HealthStatus.UNHEALTHY);
    add(1, 0, 1, HealthStatus.HEALTHY);
    add(1, 1, 4, HealthStatus.UNHEALTHY);
    settled();
    for (int i = 0; i < 4; i++) {
      hosts.remove("0/" + i);
    }
    // Two of six and one of four: 46 and 35 percent.
    assertThat(Cla.factor(decide().admitted())).isGreaterThan(300);
    pass(Duration.ofMinutes(1));
    assertThat(Cla.factor(decide().admitted())).isGreaterThan(300);
    pass(Duration.ofMinutes(9));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).isEqualTo(140);
    assertThat(back.alarms()).isNotEmpty();
  }

  @Test
  void aFactorThatMakesUpForALossGoesBackWithAnAlarm() {
    add(0, 0, 6, HealthStatus.HEALTHY);
    add(0, 6, 10, HealthStatus.UNHEALTHY);
    settled();
    for (int i = 0; i < 4; i++) {
      hosts.remove("0/" + i);
    }
    assertThat(Cla.factor(decide().admitted())).isEqualTo(606);
    pass(Duration.ofMinutes(10));
    Decision back = decide();
    assertThat(Cla.factor(back.admitted())).isEqualTo(140);
    assertThat(back.alarms()).singleElement().asString().contains("2 of 6");
  }

  @Test
  void aHostThatIsListedUntilEnvoyLetsGoOfItIsMadeUpForOnce() {
    rules = new ClusterRules(71, true, false, false);
    add(0, 0, 2, HealthStatus.HEALTHY);
    settled();
    hosts.remove("0/0");
    // One of the two that are listed is up.
    assertThat(Cla.factor(decide().admitted())).isEqualTo(202);
  }

  @Test
  void whoWaitsIsKnownThoughTheBaseIsLost() {
    add(0, 0, 10, HealthStatus.HEALTHY);
    add(1, 0, 3, HealthStatus.HEALTHY);
    add(1, 3, 10, HealthStatus.UNHEALTHY);
    settled();
    add(0, 10, 100, HealthStatus.HEALTHY);
    Decision step = decide();
    waiting = step.waiting();
    assertThat(waiting).isNotEmpty();
    base = Optional.empty();
    Decision after = decide();
    assertThat(after.base().hosts().keySet()).isEqualTo(step.base().hosts().keySet());
    assertThat(after.waiting()).isEqualTo(waiting);
  }

  @Test
  void whereAllHostsAreReplacedTheNewOnesAreNoFirstHosts() {
    rules = new ClusterRules(51, false, true, true);
    add(0, 0, 1, HealthStatus.HEALTHY);
    settled();
    hosts.clear();
    add(0, 1, 2, HealthStatus.HEALTHY);
    add(0, 2, 3, HealthStatus.UNHEALTHY);
    assertThat(Cla.factor(decide().admitted())).isEqualTo(202);
  }

  @Test
  void aPanicThatNewHostsMayHaveEndedIsNotTakenForOneInWhichMoreHostsHelp() {
    add(0, 0, 1, HealthStatus.HEALTHY);
    add(0, 1, 4, HealthStatus.UNHEALTHY);
    add(1, 0, 2, HealthStatus.UNHEALTHY);
    settled();
    add(0, 4, 11, HealthStatus.HEALTHY);
    assertThat(decide().waiting()).as("one of four is up").isEmpty();
    pass(Duration.ofSeconds(5));
    // Where these seven pass Envoy's checks by now, eight of 19 would be a panic of its own.
    add(0, 11, 19, HealthStatus.HEALTHY);
    Decision second = decide();
    assertThat(second.waiting()).hasSize(8);
    assertThat(second.verdict()).isInstanceOf(Verdict.Hold.class);
    assertThat(second.alarms()).singleElement().asString().contains("may be in panic");
    pass(Duration.ofSeconds(60));
    assertThat(decide().alarms()).isEmpty();
  }

  @Test
  void theFactorStaysRaisedForAsLongAsAHostIsListedThatLeaves() {
    rules = new ClusterRules(56, true, false, true);
    add(0, 0, 1, HealthStatus.HEALTHY);
    settled();
    add(0, 1, 2, HealthStatus.HEALTHY);
    due = Set.of("10.0.0.1:80");
    assertThat(Cla.factor(decide().admitted())).isGreaterThan(140);
    pass(Duration.ofSeconds(5));
    hosts.remove("0/1");
    due = Set.of();
    // One of two is up, and the other gets traffic in panic though it is UNHEALTHY.
    Decision leaving = decide();
    assertThat(Cla.factor(leaving.admitted())).isGreaterThanOrEqualTo(200);
    assertThat(leaving.verdict())
        .isInstanceOfSatisfying(
            Verdict.Raise.class, raise -> assertThat(raise.until()).contains(now.plusSeconds(3)));
    pass(Duration.ofSeconds(3));
    Decision gone = decide();
    assertThat(Cla.factor(gone.admitted())).isEqualTo(140);
    assertThat(gone.levels()).containsEntry(0, new Level(1, 1, 0));
  }

  @Test
  void aHostThatComesBackBeforeEnvoyLetGoOfItIsOneOfWhichNothingIsKnown() {
    rules = new ClusterRules(100, true, false, false);
    add(0, 0, 5, HealthStatus.HEALTHY);
    settled();
    hosts.remove("0/0");
    decide();
    pass(Duration.ofSeconds(1));
    add(0, 0, 1, HealthStatus.HEALTHY);
    add(0, 5, 7, HealthStatus.HEALTHY);
    Decision back = decide();
    assertThat(back.verdict().because()).startsWith("3 of 7 hosts have not been up");
    // It left, and was one of four that had to be up; the other three are enough for all seven.
    assertThat(Cla.factor(back.admitted())).isEqualTo(236);
    pass(Duration.ofSeconds(59));
    assertThat(decide().levels()).containsEntry(0, new Level(7, 4, 0));
    pass(Duration.ofSeconds(1));
    assertThat(decide().levels()).containsEntry(0, new Level(7, 7, 0));
  }
}
