package dev.lish.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CatalogHoldTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final CatalogHold hold = new CatalogHold(List.of());

  @Test
  void serviceThatLeftStaysForTenMinutes() {
    hold.next(catalog(0, 20), START);
    assertThat(hold.next(catalog(1, 20), START)).isEqualTo(catalog(0, 20));
    assertThat(hold.changesAt()).contains(START.plus(CatalogHold.STAY));
    assertThat(hold.list(START.plus(CatalogHold.STAY).minusMillis(1))).hasSize(20);
    assertThat(hold.list(START.plus(CatalogHold.STAY))).isEqualTo(catalog(1, 20));
    assertThat(hold.changesAt()).isEmpty();
  }

  @Test
  void serviceThatComesBackIsTakenAsItIsNow() {
    hold.next(catalog(0, 20), START);
    hold.next(catalog(1, 20), START);
    hold.next(catalog(0, 20), START.plusSeconds(60));
    assertThat(hold.list(START.plus(Duration.ofHours(1)))).isEqualTo(catalog(0, 20));
  }

  @Test
  void moreThanATenthTogetherStayUntilReleased() {
    hold.next(catalog(0, 20), START);
    hold.next(catalog(2, 20), START);
    assertThat(hold.held()).isEmpty();
    hold.next(catalog(3, 20), START.plusSeconds(60));
    assertThat(hold.held()).containsExactly("s00", "s01", "s02");
    assertThat(hold.list(START.plus(Duration.ofDays(1)))).isEqualTo(catalog(0, 20));
    hold.release();
    assertThat(hold.list(START.plus(Duration.ofDays(1)))).isEqualTo(catalog(3, 20));
  }

  @Test
  void emptyCatalogTakesNothingAway() {
    hold.next(catalog(0, 5), START);
    assertThat(hold.next(List.of(), START)).isEqualTo(catalog(0, 5));
    assertThat(hold.list(START.plus(Duration.ofDays(1)))).isEqualTo(catalog(0, 5));
  }

  @Test
  void oneServiceIsNeverAMass() {
    hold.next(catalog(0, 2), START);
    hold.next(catalog(1, 2), START);
    assertThat(hold.held()).isEmpty();
    assertThat(hold.list(START.plus(CatalogHold.STAY))).isEqualTo(catalog(1, 2));
  }

  @Test
  void catalogOfAnEarlierRunIsHeldToo() {
    CatalogHold restarted = new CatalogHold(catalog(0, 5));
    assertThat(restarted.next(catalog(4, 5), START)).isEqualTo(catalog(0, 5));
    assertThat(restarted.held()).hasSize(4);
  }

  private static List<Service> catalog(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> new Service("s%02d".formatted(i), new TreeSet<>(), new TreeMap<>()))
        .toList();
  }
}
