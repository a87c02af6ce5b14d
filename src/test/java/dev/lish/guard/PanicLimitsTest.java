package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PanicLimitsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final PanicLimits DEFAULT = new PanicLimits(50, 140);

  private final Map<String, HealthStatus> hosts = new TreeMap<>();
  private int reserve = 0;
  private boolean weighted = false;

  private void hosts(int priority, int up, int down) {
    for (int i = 0; i < up + down; i++) {
      hosts.put(priority + "/" + i, i < up ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY);
    }
  }

  private Decision decide(Optional<Base> base, int second) {
    ClusterRules rules = new ClusterRules(50, true, true, false);
    return Guard.decide(
        base,
        new Proposal(
            weighted ? Cla.weighted(hosts) : Cla.of(hosts),
            rules,
            GuardSettings.DEFAULT,
            true,
            Set.of(),
            Set.of()),
        START.plusSeconds(second));
  }

  private Decision settled() {
    return decide(Optional.of(decide(Optional.empty(), 0).base()), 61);
  }

  private Optional<String> hazard(PanicLimits before, PanicLimits after, Decision decision) {
    GuardSettings d = GuardSettings.DEFAULT;
    GuardSettings settings =
        new GuardSettings(
            true, d.settle(), reserve, d.longestRaise(), d.hold(), d.mass(), d.window());
    Terms terms =
        new Terms(new TreeSet<>(Set.of("shop")), ClusterRules.DEFAULT, settings, Duration.ZERO);
    return before.hazard(after, terms, decision);
  }

  @Test
  void aThresholdMayNotRiseAboveWhatIsUp() {
    hosts(0, 6, 4);
    Decision six = settled();
    assertThat(hazard(DEFAULT, new PanicLimits(60, 140), six)).as("6 of 10 is enough").isEmpty();
    assertThat(hazard(DEFAULT, new PanicLimits(61, 140), six))
        .hasValue(
            "cluster shop: the panic threshold goes from 50 to 61 % while 6 of 10 hosts are up, so"
                + " Envoys would use every listed host");
    reserve = 10;
    assertThat(hazard(DEFAULT, new PanicLimits(60, 140), six).orElseThrow())
        .contains("6 of 10 hosts are up (less a reserve of 10 %)");
  }

  @Test
  void theFactorMakesUpForAHighThresholdAndMayNotFallBelowIt() {
    hosts(0, 8, 2);
    Decision eight = settled();
    assertThat(hazard(DEFAULT, new PanicLimits(100, 140), eight)).isEmpty();
    assertThat(hazard(new PanicLimits(100, 140), new PanicLimits(100, 100), eight).orElseThrow())
        .contains("the overprovisioning factor goes from 140 to 100 while 8 of 10");
  }

  @Test
  void whatEasesOrTouchesNothingMayAlwaysGo() {
    hosts(0, 1, 9);
    Decision one = settled();
    assertThat(hazard(DEFAULT, DEFAULT, one)).as("there is panic already").isEmpty();
    assertThat(hazard(DEFAULT, new PanicLimits(20, 140), one)).isEmpty();
    assertThat(hazard(DEFAULT, new PanicLimits(50, 200), one)).isEmpty();
    assertThat(hazard(DEFAULT, new PanicLimits(0, 100), one)).as("no panic at all").isEmpty();
    hosts.clear();
    assertThat(hazard(DEFAULT, new PanicLimits(100, 100), settled())).as("no host").isEmpty();
  }

  @Test
  void hostsThatHaveNotBeenUpForLongEnoughCountAsDown() {
    hosts(0, 10, 0);
    assertThat(hazard(DEFAULT, new PanicLimits(70, 140), settled())).isEmpty();
    assertThat(hazard(DEFAULT, new PanicLimits(70, 140), decide(Optional.empty(), 0))).isPresent();
  }

  @Test
  void eachPriorityCountsAndIsNamed() {
    hosts(0, 4, 6);
    hosts(1, 3, 7);
    // 4 * 14 + 3 * 14 is 98, so the thresholds count.
    assertThat(hazard(new PanicLimits(30, 140), new PanicLimits(40, 140), settled()).orElseThrow())
        .contains("3 of 10 hosts of priority 1 are up");
  }

  @Test
  void whereEnvoyGoesByWeightsNoFactorMakesUpForNumbersOfHosts() {
    hosts(0, 9, 1);
    assertThat(hazard(DEFAULT, new PanicLimits(95, 140), settled())).isEmpty();
    assertThat(settled().headroom(85)).containsExactly(room(2, 1));
    weighted = true;
    assertThat(hazard(DEFAULT, new PanicLimits(95, 140), settled()).orElseThrow())
        .contains("the panic threshold goes from 50 to 95 % while 9 of 10 hosts are up");
    assertThat(hazard(DEFAULT, new PanicLimits(90, 140), settled())).isEmpty();
    assertThat(settled().headroom(85)).containsExactly(room(0, 0));
  }

  private static Headroom room(int addable, int losable) {
    return new Headroom(OptionalInt.of(addable), OptionalInt.of(losable));
  }
}
