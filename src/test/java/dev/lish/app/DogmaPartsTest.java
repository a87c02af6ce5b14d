package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lish.model.Revision;
import dev.lish.source.dogma.Seeding;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DogmaPartsTest {
  private static final Seeding SLOW = new Seeding.Failed("no answer within 5000 ms");
  private static final Seeding REFUSED = new Seeding.Failed("the token is not allowed to: write");
  private static final Seeding SEEDED = new Seeding.Seeded(new Revision(2));

  private final AtomicInteger asked = new AtomicInteger();

  private Seeding seeded(Duration atMost, Seeding... answers) throws StartException {
    return DogmaParts.seeded(
        () -> CompletableFuture.completedFuture(answers[asked.getAndIncrement()]), atMost);
  }

  @Test
  void slowServerIsAskedAgain() throws StartException {
    assertThat(seeded(Duration.ofMinutes(1), SLOW, SLOW, SEEDED)).isEqualTo(SEEDED);
    assertThat(asked).hasValue(3);
  }

  @Test
  void serverThatSaysNoIsNotAskedAgain() throws StartException {
    assertThat(seeded(Duration.ofMinutes(1), REFUSED)).isEqualTo(REFUSED);
  }

  @Test
  void thereIsAnEndToIt() throws StartException {
    assertThat(seeded(Duration.ZERO, SLOW)).isEqualTo(SLOW);
    assertThatThrownBy(() -> DogmaParts.seeded(CompletableFuture::new, Duration.ofMillis(5)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("cannot be seeded");
  }
}
