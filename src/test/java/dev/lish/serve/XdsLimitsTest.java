package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.XdsLimits.Lifetimes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class XdsLimitsTest {
  @Test
  void shortLifetimesAreLookedAtEverySecondAndLongOnesSeldom() {
    assertThat(Lifetimes.UNLIMITED.between()).isEqualTo(Duration.ofSeconds(10));
    assertThat(XdsLimits.DEFAULT.lifetimes().between()).isEqualTo(Duration.ofSeconds(10));
    assertThat(between(Duration.ofSeconds(5), Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
    assertThat(between(Duration.ofMinutes(2), Duration.ZERO)).isEqualTo(Duration.ofSeconds(2));
    assertThat(between(Duration.ofMinutes(10), Duration.ofMinutes(30)))
        .isEqualTo(Duration.ofMillis(1_800));
  }

  private static Duration between(Duration answer, Duration age) {
    return new Lifetimes(answer, age).between();
  }
}
