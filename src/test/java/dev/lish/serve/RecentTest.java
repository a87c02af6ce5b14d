package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger made = new AtomicInteger();

  private Recent<String, String> recent(int most) {
    return new Recent<>(most, value -> 1, Duration.ofSeconds(60), now::get);
  }

  private void get(Recent<String, String> recent, String key) {
    recent.get(
        key,
        k -> {
          made.incrementAndGet();
          return k;
        });
  }

  @Test
  void valueIsMadeOnce() {
    Recent<String, String> recent = recent(2);
    get(recent, "a");
    get(recent, "a");
    assertThat(made).hasValue(1);
  }

  @Test
  void oldestGoWhenThereAreTooMany() {
    Recent<String, String> recent = recent(2);
    get(recent, "a");
    get(recent, "b");
    get(recent, "a");
    get(recent, "c");
    assertThat(recent.values()).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void whatIsTooOldGoesWhenAnotherComes() {
    Recent<String, String> recent = recent(10);
    get(recent, "a");
    now.addAndGet(Duration.ofSeconds(40).toNanos());
    get(recent, "b");
    now.addAndGet(Duration.ofSeconds(21).toNanos());
    get(recent, "c");
    assertThat(recent.values()).containsExactlyInAnyOrder("b", "c");
    get(recent, "a");
    assertThat(made).hasValue(4);
  }
}
