package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PresenceTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Map<String, Boolean> hosts = new TreeMap<>();
  private final Set<String> maintenance = new TreeSet<>();
  private Presence presence = Presence.NONE;
  private Presence.Held held = Presence.Held.NONE;
  private Instant now = NOW;

  PresenceTest() {
    for (int i = 0; i < 10; i++) {
      hosts.put("h" + i, true);
    }
    answer();
  }

  private Presence.Outcome answer() {
    Presence.Outcome outcome =
        presence.next(
            new Presence.Answer(new HashMap<>(hosts), Set.copyOf(maintenance)),
            held,
            GuardSettings.DEFAULT,
            now);
    presence = outcome.presence();
    return outcome;
  }

  private Map<String, Instant> since(Set<String> kept) {
    Map<String, Instant> since = new HashMap<>();
    kept.forEach(host -> since.put(host, now));
    return since;
  }

  private void remove(int from, int to) {
    for (int i = from; i < to; i++) {
      hosts.remove("h" + i);
    }
  }

  @Test
  void halfMayGoAndMoreAreKept() {
    remove(0, 5);
    assertThat(answer().keep()).isEmpty();
    remove(5, 6);
    assertThat(answer().keep()).containsExactly("h5");
  }

  @Test
  void whatWouldBeKeptIsKnownBeforeTheyGo() {
    Set<String> six = Set.of("h0", "h1", "h2", "h3", "h4", "h5");
    assertThat(presence.keptWithout(Set.of("h0", "h1"), held, GuardSettings.DEFAULT, now))
        .isEmpty();
    assertThat(presence.keptWithout(six, held, GuardSettings.DEFAULT, now))
        .containsExactlyInAnyOrderElementsOf(six);
    remove(0, 6);
    assertThat(answer().keep()).containsExactlyInAnyOrderElementsOf(six);
  }

  @Test
  void allAtOnceAreKept() {
    hosts.clear();
    Presence.Outcome outcome = answer();
    assertThat(outcome.keep()).hasSize(10);
    assertThat(outcome.left()).isEmpty();
  }

  /** Of the others nothing is known yet; they may be as dead as those of an outage. */
  @Test
  void allThatAreReplacedAtOnceAreKept() {
    Set<String> old = Set.copyOf(hosts.keySet());
    hosts.clear();
    for (int i = 0; i < 30; i++) {
      hosts.put("n" + i, true);
    }
    Presence.Outcome outcome = answer();
    assertThat(outcome.keep()).containsExactlyInAnyOrderElementsOf(old);
    assertThat(outcome.drop()).isEmpty();
    assertThat(outcome.presence().hosts()).hasSize(40);
    held = new Presence.Held(since(old), Set.of(), Set.of(), Set.of());
    assertThat(answer().drop()).isEmpty();
    held = new Presence.Held(Map.of(), old, Set.of(), Set.of());
    assertThat(answer().left()).containsExactlyInAnyOrderElementsOf(old);
    assertThat(answer().presence().hosts()).hasSize(30);
  }

  @Test
  void hostsThatWereThereBeforeMakeUpForThoseThatGo() {
    for (int i = 0; i < 10; i++) {
      hosts.put("n" + i, true);
    }
    answer();
    remove(0, 10);
    Presence.Outcome outcome = answer();
    assertThat(outcome.keep()).isEmpty();
    assertThat(outcome.left()).hasSize(10);
  }

  @Test
  void newHostsDoNotMakeUpForAMassThatTurnsCritical() {
    for (int i = 0; i < 10; i++) {
      hosts.put("h" + i, i >= 6);
      hosts.put("n" + i, true);
    }
    assertThat(answer().shield()).containsExactly("h0", "h1", "h2", "h3", "h4", "h5");
  }

  @Test
  void whatWentLongAgoDoesNotCount() {
    remove(0, 5);
    answer();
    now = now.plus(GuardSettings.DEFAULT.window());
    remove(5, 6);
    assertThat(answer().keep()).isEmpty();
  }

  @Test
  void hostsLastSeenCriticalOrInMaintenanceGoAtOnce() {
    hosts.replaceAll((host, passing) -> host.compareTo("h8") >= 0);
    answer();
    remove(0, 4);
    for (int i = 4; i < 8; i++) {
      hosts.remove("h" + i);
      maintenance.add("h" + i);
    }
    Presence.Outcome outcome = answer();
    assertThat(outcome.keep()).isEmpty();
    assertThat(outcome.presence().hosts()).containsExactly("h8", "h9");
  }

  @Test
  void passingHostsThatGoIntoMaintenanceAreNotMissed() {
    for (int i = 0; i < 8; i++) {
      hosts.remove("h" + i);
      maintenance.add("h" + i);
    }
    assertThat(answer().keep()).isEmpty();
  }

  @Test
  void keptHostsStayUntilTheirHoldEndsAndAreNotKeptAgain() {
    remove(0, 8);
    Set<String> kept = Set.copyOf(answer().keep());
    held = new Presence.Held(since(kept), Set.of(), Set.of(), Set.of());
    assertThat(answer().presence().hosts()).hasSize(10);
    held = new Presence.Held(Map.of(), kept, Set.of(), Set.of());
    Presence.Outcome outcome = answer();
    assertThat(outcome.left()).hasSize(8);
    assertThat(outcome.keep()).isEmpty();
    assertThat(outcome.presence().hosts()).hasSize(2);
  }

  @Test
  void aServiceWhoseHostsAreReplacedAllTheTimeKeepsNoMoreThanItHas() {
    TreeMap<String, Instant> kept = new TreeMap<>();
    TreeSet<String> letGo = new TreeSet<>();
    for (int i = 10; i < 200; i++) {
      now = now.plusMillis(500);
      hosts.remove("h" + (i - 10));
      hosts.put("h" + i, true);
      held = new Presence.Held(kept, letGo, Set.of(), Set.of());
      Presence.Outcome outcome = answer();
      for (String host : outcome.keep()) {
        kept.put(host, now);
      }
      kept.keySet().removeAll(outcome.drop());
      letGo.addAll(outcome.drop());
      assertThat(kept.size()).isLessThanOrEqualTo(10);
      assertThat(presence.last()).hasSize(10 + kept.size());
    }
    assertThat(kept.keySet())
        .as("the newest")
        .containsExactlyInAnyOrderElementsOf(
            java.util.stream.IntStream.range(180, 190).mapToObj(i -> "h" + i).toList());
  }

  @Test
  void aReplicaThatKnowsNothingKeepsWhatOthersKeep() {
    presence = Presence.NONE;
    remove(0, 8);
    held =
        new Presence.Held(
            since(Set.of("h0", "h1", "h2", "h3", "h4", "h5")), Set.of(), Set.of(), Set.of());
    assertThat(answer().drop()).isEmpty();
    assertThat(answer().drop()).isEmpty();
  }

  @Test
  void aServiceThatIsReplacedTwiceKeepsTheSecondSet() {
    TreeMap<String, Instant> kept = new TreeMap<>();
    for (int generation = 1; generation < 3; generation++) {
      hosts.clear();
      for (int i = 0; i < 10; i++) {
        hosts.put("g" + generation + "-" + i, true);
      }
      now = now.plusSeconds(1);
      Presence.Outcome outcome = answer();
      outcome.keep().forEach(host -> kept.put(host, now));
      kept.keySet().removeAll(outcome.drop());
      held = new Presence.Held(new TreeMap<>(kept), Set.of(), Set.of(), Set.of());
    }
    assertThat(kept.keySet()).hasSize(10).allMatch(host -> host.startsWith("g1-"));
  }

  @Test
  void aServiceThatShrinksHostByHostKeepsAllOfTheSecondHalf() {
    TreeMap<String, Instant> kept = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      now = now.plusSeconds(1);
      remove(i, i + 1);
      Presence.Outcome outcome = answer();
      outcome.keep().forEach(host -> kept.put(host, now));
      assertThat(outcome.drop()).isEmpty();
      held = new Presence.Held(new TreeMap<>(kept), Set.of(), Set.of(), Set.of());
    }
    assertThat(kept.keySet()).containsExactly("h5", "h6", "h7");
  }

  @Test
  void aMassThatTurnsCriticalIsShieldedWithThoseBeforeIt() {
    for (int i = 0; i < 5; i++) {
      hosts.put("h" + i, false);
    }
    assertThat(answer().shield()).isEmpty();
    hosts.put("h5", false);
    assertThat(answer().shield()).containsExactly("h0", "h1", "h2", "h3", "h4", "h5");
  }

  @Test
  void aShieldedHostThatDeregistersGoesAtOnce() {
    for (int i = 0; i < 8; i++) {
      hosts.put("h" + i, false);
    }
    held = new Presence.Held(Map.of(), Set.of(), Set.copyOf(answer().shield()), Set.of());
    answer();
    remove(0, 8);
    assertThat(answer().keep()).isEmpty();
  }

  @Test
  void switchedOffNothingIsKept() {
    hosts.clear();
    GuardSettings off =
        new GuardSettings(
            false,
            GuardSettings.DEFAULT.settle(),
            10,
            GuardSettings.DEFAULT.longestRaise(),
            GuardSettings.DEFAULT.hold(),
            50,
            GuardSettings.DEFAULT.window());
    Presence.Outcome outcome =
        presence.next(new Presence.Answer(Map.of(), Set.of()), held, off, now);
    assertThat(outcome.keep()).isEmpty();
    assertThat(outcome.presence().hosts()).isEmpty();
  }
}
