package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000;

  private final Pace pace = new Pace(2);

  private long[] turns(long now, int streams) {
    return LongStream.range(0, streams).map(i -> pace.next(now, 1_000)).toArray();
  }

  @Test
  void oneSecondsWorthBeginsAtOnceAndTheOthersInTurn() {
    assertThat(turns(10 * SECOND, 5))
        .containsExactly(10 * SECOND, 10 * SECOND, 10_500_000, 11 * SECOND, 11_500_000);
  }

  @Test
  void whoComesDuringTheHerdWaitsBehindIt() {
    turns(10 * SECOND, 5);
    assertThat(turns(10_100_000, 1)).containsExactly(12 * SECOND);
  }

  @Test
  void afterTheHerdNobodyWaits() {
    turns(10 * SECOND, 5);
    assertThat(turns(20 * SECOND, 3)).containsExactly(20 * SECOND, 20 * SECOND, 20_500_000);
  }

  @Test
  void nobodyWaitsForLongerThanThoseWhoAreStillThereCouldTake() {
    turns(10 * SECOND, 1_000);
    assertThat(pace.next(10_100_000, 4)).isEqualTo(12_100_000);
    assertThat(pace.next(10_100_000, 5)).isEqualTo(12_600_000);
    assertThat(pace.next(10_100_000, 1_000)).isEqualTo(13_100_000);
    assertThat(pace.next(10_200_000, 0)).isEqualTo(10_200_000);
  }
}
