package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void bucketsFollowEachOtherAndAreNarrow() {
    int last = 0;
    for (long micros = 0; micros < 67_000_000; micros += 1 + micros / 100) {
      int bucket = Latency.bucket(micros);
      assertThat(bucket).isBetween(last, last + 1);
      last = bucket;
      if (micros >= 64) {
        assertThat(Latency.middle(bucket)).isCloseTo((double) micros, within(micros * 0.032));
      }
    }
    assertThat(last).isEqualTo(Latency.BUCKETS - 1);
    assertThat(Latency.bucket(Long.MAX_VALUE)).isEqualTo(Latency.BUCKETS - 1);
    assertThat(Latency.bucket(-5)).isZero();
  }

  @Test
  void percentilesAreThoseOfTheSortedValues() {
    Random random = new Random(3);
    long[] values =
        random.doubles(10_000).mapToLong(d -> (long) Math.exp(5 + 12 * d * d)).toArray();
    long[] counts = new long[Latency.BUCKETS];
    for (long value : values) {
      counts[Latency.bucket(value)]++;
    }
    Arrays.sort(values);
    for (double share : new double[] {0.5, 0.95, 0.99, 1}) {
      double exact = (double) values[(int) Math.ceil(share * values.length) - 1];
      assertThat(Latency.percentile(counts, share)).isCloseTo(exact, within(exact * 0.032));
    }
    assertThat(Latency.percentile(new long[Latency.BUCKETS], 0.5)).isZero();
  }
}
