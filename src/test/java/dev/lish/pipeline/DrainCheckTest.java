package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DrainCheckTest {
  private static Instance instance(int host, Health health) {
    return new Instance(
        "web-" + host + "/shop",
        "10.0.0." + host,
        80,
        health,
        1,
        Locality.UNKNOWN,
        new TreeMap<>());
  }

  /** Hosts 1 to up are passing, the next are critical. */
  private static List<Instance> hosts(int up, int down) {
    List<Instance> all = new ArrayList<>();
    for (int i = 1; i <= up + down; i++) {
      all.add(instance(i, i <= up ? Health.PASSING : Health.CRITICAL));
    }
    return all;
  }

  private static DrainCheck.Remains remains(List<Instance> list, Set<String> now, String target) {
    return remains(list, now, target, 0);
  }

  private static DrainCheck.Remains remains(
      List<Instance> list, Set<String> now, String target, int threshold) {
    Set<String> next =
        Stream.concat(now.stream(), Stream.of(target)).collect(java.util.stream.Collectors.toSet());
    return new DrainCheck(new Drained(now), new Drained(next), Set.of())
        .remains("shop", List.of(list), threshold);
  }

  @Test
  void instanceIsCalledByIdPlaceAddressOrNode() {
    Instance instance = instance(7, Health.PASSING);
    for (String target : List.of("web-7/shop", "10.0.0.7:80", "10.0.0.7", "web-7")) {
      assertThat(new Drained(Set.of(target)).covers(instance)).as(target).isTrue();
    }
    for (String target : List.of("web-70", "10.0.0.70", "10.0.0.7:8", "web-7/", "shop", "")) {
      assertThat(new Drained(Set.of(target)).covers(instance)).as(target).isFalse();
    }
  }

  @Test
  void drainedIsInMaintenanceAndTheRestIsAsItWas() {
    List<Instance> list = hosts(2, 1);
    assertThat(new Drained(Set.of("web-9")).apply(list)).isSameAs(list);
    assertThat(new Drained(Set.of("web-1")).apply(list))
        .containsExactly(
            instance(1, Health.MAINTENANCE), list.get(1), instance(3, Health.CRITICAL));
  }

  @Test
  void atLeastHalfOfWhatIsRegisteredMustStayUp() {
    assertThat(remains(hosts(6, 4), Set.of(), "web-1").tooFew()).isFalse();
    assertThat(remains(hosts(6, 4), Set.of("web-2"), "web-1").tooFew()).isTrue();
    assertThat(remains(hosts(10, 0), Set.of("web-2"), "web-1").tooFew()).isFalse();
    assertThat(remains(hosts(1, 0), Set.of(), "web-1").tooFew()).isTrue();
    assertThat(remains(hosts(2, 0), Set.of(), "web-1").tooFew()).isFalse();
  }

  @Test
  void clusterWithAHigherPanicThresholdNeedsMoreUpToWhatTheFactorMakesUpFor() {
    assertThat(remains(hosts(8, 2), Set.of(), "web-1", 70).tooFew()).isFalse();
    assertThat(remains(hosts(8, 2), Set.of("web-2"), "web-1", 70).tooFew()).isTrue();
    assertThat(remains(hosts(9, 1), Set.of(), "web-1", 100).tooFew()).isFalse();
  }

  @Test
  void whatTakesNothingAwayIsAlwaysAllowed() {
    assertThat(remains(hosts(1, 9), Set.of(), "web-5").tooFew()).as("it is down").isFalse();
    assertThat(remains(hosts(1, 9), Set.of(), "web-99").tooFew()).as("another's").isFalse();
    assertThat(remains(hosts(1, 9), Set.of("web-1"), "10.0.0.1").tooFew()).as("out").isFalse();
  }

  @Test
  void hostThatWasAddedAndNeverWasUpIsNoPartOfTheCluster() {
    Set<String> coming = Set.of("10.0.0.7:80", "10.0.0.8:80", "10.0.0.9:80", "10.0.0.1:80");
    DrainCheck.Remains remains =
        new DrainCheck(Drained.NONE, new Drained(Set.of("web-1")), coming)
            .remains("shop", List.of(hosts(6, 4)), 50);
    assertThat(remains.registered()).as("but for one that is up").isEqualTo(7);
    assertThat(remains.tooFew()).isFalse();
  }

  @Test
  void refusalHasTheFigures() {
    assertThat(DrainCheck.refusal(List.of(remains(hosts(6, 4), Set.of("web-2"), "web-1"))))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("shop: 4 of 10 registered would stay up, now 5 (expected: 5 or more)")
                    .contains("--force"));
    assertThat(DrainCheck.refusal(List.of(remains(hosts(9, 1), Set.of(), "web-1")))).isEmpty();
  }

  @Test
  void hostThatSeveralQueriesHaveCountsOnce() {
    DrainCheck.Remains remains =
        new DrainCheck(Drained.NONE, new Drained(Set.of("web-1")), Set.of())
            .remains("shop", List.of(hosts(4, 0), hosts(4, 0)), 50);
    assertThat(remains.registered()).isEqualTo(4);
    assertThat(remains.left()).isEqualTo(3);
  }
}
