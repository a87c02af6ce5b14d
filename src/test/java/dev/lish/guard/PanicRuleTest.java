package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.guard.EnvoyPanic.Seen;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PanicRuleTest {
  private static List<Seen> seen(List<Level> levels) {
    List<Seen> hosts = new ArrayList<>();
    for (int p = 0; p < levels.size(); p++) {
      for (int i = 0; i < levels.get(p).counted(); i++) {
        boolean healthy = i < levels.get(p).healthy();
        boolean degraded = !healthy && i < levels.get(p).available();
        hosts.add(new Seen(p, healthy, degraded));
      }
    }
    return hosts;
  }

  private static Level level(int a, int b, int c) {
    return new Level(a + b + c, a, b);
  }

  @Property(tries = 5_000)
  void itIsEnvoysRule(
      @ForAll @Size(min = 1, max = 3) List<@IntRange(max = 15_999) Integer> packed,
      @ForAll @IntRange(max = 100) int threshold,
      @ForAll @IntRange(min = 1, max = 3_000) int factor) {
    // Twenty of each kind at most, in one number per level.
    List<Level> levels =
        packed.stream().map(n -> level(n % 20, n / 20 % 20, n / 400 % 40)).toList();
    List<Integer> panics = EnvoyPanic.panics(seen(levels), threshold, factor);
    for (int p = 0; p < levels.size(); p++) {
      assertThat(PanicRule.panics(levels, p, threshold, factor))
          .as("%s %s %s %s", levels, p, threshold, factor)
          .isEqualTo(panics.contains(p));
    }
    assertThat(PanicRule.safe(levels, threshold, factor)).isEqualTo(panics.isEmpty());
  }

  @Property(tries = 2_000)
  void theThresholdIsTruncated(@ForAll @DoubleRange(max = 100) double percent) {
    assertThat(PanicRule.threshold(percent)).isEqualTo(EnvoyPanic.threshold(percent));
    assertThat(PanicRule.threshold(percent)).isLessThanOrEqualTo((int) percent);
  }

  @ParameterizedTest
  @CsvSource({"30.99, 30", "0.99, 0", "1, 1", "29, 28", "58, 57", "57, 56", "50, 50", "100, 100"})
  void theThresholdsThatWereMeasured(double percent, int acts) {
    assertThat(PanicRule.threshold(percent)).isEqualTo(acts);
  }

  /** What real Envoys did: priorities as available/counted, threshold, factor, who panics. */
  @ParameterizedTest
  @CsvSource({
    "6/25, 50, 140, P0",
    "6/25, 24, 140, -",
    "6/25, 50, 420, -",
    "6/25, 50, 410, P0",
    "10/20, 50, 140, -",
    "10/21, 50, 140, P0",
    "10/12, 100, 140, -",
    "10/14, 80, 140, -",
    "10/15, 80, 140, P0",
    "3/10 5/10, 50, 140, -",
    "3/10 4/10, 50, 140, P0P1",
    "1/10 6/10, 50, 140, P0",
    "6/10 1/10, 50, 140, P1",
    "3/10 6/14, 50, 140, -",
    "3/10 6/16, 50, 140, P0P1",
    "1/10 6/10, 50, 1000, -",
  })
  void whatWasMeasured(String priorities, int threshold, int factor, String panics) {
    List<Level> levels = new ArrayList<>();
    for (String one : priorities.split(" ", -1)) {
      String[] parts = one.split("/", -1);
      levels.add(new Level(Integer.parseInt(parts[1]), Integer.parseInt(parts[0]), 0));
    }
    StringBuilder found = new StringBuilder();
    for (int p = 0; p < levels.size(); p++) {
      if (PanicRule.panics(levels, p, threshold, factor)) {
        found.append('P').append(p);
      }
    }
    assertThat(found.isEmpty() ? "-" : found.toString()).isEqualTo(panics);
  }

  @Property(tries = 3_000)
  void headroomIsTheLargestNumberThatFits(
      @ForAll @IntRange(max = 12) int up0,
      @ForAll @IntRange(max = 12) int down0,
      @ForAll @IntRange(max = 12) int up1,
      @ForAll @IntRange(max = 12) int down1,
      @ForAll @IntRange(min = 1, max = 100) int threshold) {
    List<Level> levels = List.of(level(up0, 0, down0), level(up1, 0, down1));
    Headroom room = Headroom.of(levels, threshold, 140).get(0);
    boolean safe = EnvoyPanic.panics(seen(levels), threshold, 140).isEmpty();
    Level first = levels.get(0);
    // Any number: also one at which the own share cannot reach a threshold of one percent.
    int added = room.addable().orElse(100 * Math.max(1, first.available()) + 1);
    int lost = room.losable().getAsInt();
    if (!safe) {
      assertThat(added + lost).isZero();
      return;
    }
    Level own = levels.get(0);
    assertThat(EnvoyPanic.panics(seen(List.of(own.plusDown(added), levels.get(1))), threshold, 140))
        .isEmpty();
    assertThat(EnvoyPanic.panics(seen(List.of(own.minusUp(lost), levels.get(1))), threshold, 140))
        .isEmpty();
    if (lost < own.available()) {
      assertThat(
              EnvoyPanic.panics(
                  seen(List.of(own.minusUp(lost + 1), levels.get(1))), threshold, 140))
          .isNotEmpty();
    }
    if (room.addable().isPresent()) {
      assertThat(
              EnvoyPanic.panics(
                  seen(List.of(own.plusDown(added + 1), levels.get(1))), threshold, 140))
          .isNotEmpty();
    }
  }

  @Test
  void headroomOfTheOutage() {
    Headroom room = Headroom.of(List.of(new Level(10, 6, 0)), 50, 140).get(0);
    assertThat(room.addable()).hasValue(2);
    assertThat(room.losable()).hasValue(1);
    assertThat(Headroom.canLeave(List.of(new Level(10, 6, 0)), 0, 2, 50, 140)).isTrue();
    assertThat(Headroom.canLeave(List.of(new Level(10, 6, 0)), 0, 3, 50, 140)).isFalse();
  }
}
