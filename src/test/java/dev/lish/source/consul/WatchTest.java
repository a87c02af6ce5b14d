package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.source.consul.Watch.Flight;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatchTest {
  private final Watch watch =
      new Watch("/health/service/a", new Scope(new TreeMap<>()), new TreeMap<>(), answer -> {});
  private long now = 1_000_000;

  @Test
  void indexThatGoesBackwardsStartsAfresh() {
    block(100, "a");
    assertThat(watch.index).isEqualTo(100);
    block(99, "a");
    assertThat(watch.index).isZero();
    read(3, "a");
    assertThat(watch.index).isEqualTo(3);
  }

  @Test
  void indexIsAtLeastOne() {
    read(0, "a");
    assertThat(watch.index).isEqualTo(1);
  }

  @Test
  void sameContentIsNoChangeAndIsOneAfterAFailure() {
    assertThat(read(1, "a")).isTrue();
    assertThat(block(2, "a")).isFalse();
    assertThat(block(3, "b")).isTrue();
    watch.failed(now, 500);
    assertThat(watch.index).isZero();
    assertThat(watch.notBefore).isEqualTo(now + 500);
    assertThat(read(3, "b")).isTrue();
  }

  @Test
  void quickAnswersPassAtFirstAndThenOncePerSecond() {
    read(1, "a");
    for (int i = 0; i < 3; i++) {
      block(2 + i, "a" + i);
      assertThat(watch.notBefore).isLessThanOrEqualTo(now);
    }
    for (int i = 0; i < 5; i++) {
      block(10 + i, "b" + i);
      assertThat(watch.notBefore).isEqualTo(now + 1_000);
      now = watch.notBefore;
    }
    now += 10_000;
    block(100, "c");
    assertThat(watch.notBefore).isLessThanOrEqualTo(now);
  }

  @Test
  void signalTellsOfEveryIndexThoughItsContentIsEmpty() {
    Watch signal = Watch.ofIndex("/catalog/nodes", watch.scope, new TreeMap<>(), answer -> {});
    assertThat(answer(signal, Flight.READ, 1, "[]")).isTrue();
    assertThat(answer(signal, Flight.BLOCK, 1, "[]")).isFalse();
    assertThat(answer(signal, Flight.BLOCK, 2, "[]")).isTrue();
  }

  private boolean read(long index, String body) {
    return answer(watch, Flight.READ, index, body);
  }

  private boolean block(long index, String body) {
    return answer(watch, Flight.BLOCK, index, body);
  }

  private boolean answer(Watch asked, Flight kind, long index, String body) {
    asked.started(kind, now);
    return asked.found(new Answer.Found(index, ByteString.copyFromUtf8(body)), now);
  }
}
