package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NoticedTest {
  private final TestClock clock = new TestClock();
  private final Noticed noticed = new Noticed(clock);

  private void pass(int seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void firstOfABurstCounts() {
    Instant first = clock.instant();
    noticed.now();
    pass(1);
    noticed.now();
    noticed.stepBegins();
    assertThat(noticed.since()).isEqualTo(first);
  }

  @Test
  void renderThatIsUnderWayKeepsTheMoment() {
    Instant first = clock.instant();
    noticed.now();
    noticed.stepBegins();
    noticed.stepEnds(true);
    pass(1);
    noticed.now();
    noticed.stepBegins();
    assertThat(noticed.since()).isEqualTo(first);
  }

  @Test
  void whatLedToNothingIsForgotten() {
    noticed.now();
    noticed.stepBegins();
    noticed.stepEnds(false);
    pass(1);
    noticed.now();
    noticed.stepBegins();
    assertThat(noticed.since()).isEqualTo(clock.instant());
  }

  @Test
  void whatIsToldDuringAStepIsForTheNext() {
    noticed.now();
    noticed.stepBegins();
    pass(1);
    Instant second = clock.instant();
    noticed.now();
    noticed.stepEnds(false);
    pass(1);
    noticed.stepBegins();
    assertThat(noticed.since()).isEqualTo(second);
  }
}
