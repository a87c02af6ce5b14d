package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Version;
import dev.lish.serve.NodeView.TypeView;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ToldTest {
  @Test
  void nothingIsThereUntilSomethingIsTold() {
    Told told = new Told(1_000_000);
    assertThat(told.view()).isEmpty();
    told.withheld("only over TLS", 2_000_000);
    TypeView view = told.view().orElseThrow();
    assertThat(view.message()).isEqualTo("only over TLS");
    assertThat(view.at()).isEqualTo("1970-01-01T00:00:02Z");
    assertThat(view.sent()).isEmpty();
  }

  @Test
  void whatIsSentBeforeAnAnswerDoesNotMakeTheOldestYounger() {
    Told told = new Told(0);
    told.sent(new Version("a"), 1_000_000);
    told.sent(new Version("b"), 2_000_000);
    TypeView view = told.view().orElseThrow();
    assertThat(view.at()).isEqualTo("1970-01-01T00:00:02Z");
    assertThat(view.unanswered()).hasValue(Instant.ofEpochSecond(1));
    told.accepted(new Version("b"), 3_000_000);
    assertThat(told.view().orElseThrow().waits()).isFalse();
    told.sent(new Version("c"), 4_000_000);
    assertThat(told.view().orElseThrow().unanswered()).hasValue(Instant.ofEpochSecond(4));
  }

  @Test
  void whoReadsMeanwhileSeesOneMoment() throws InterruptedException {
    Told told = new Told(0);
    Version[] versions = {new Version("a"), new Version("b")};
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              for (long i = 0; !over.get(); i++) {
                Version version = versions[(int) (i % 2)];
                told.sent(version, i * 1_000_000);
                told.accepted(version, i * 1_000_000);
              }
            });
    writer.start();
    try {
      for (int i = 0; i < 200_000; i++) {
        TypeView view = told.view().orElse(null);
        if (view == null) {
          continue;
        }
        Version then = versions[(int) (view.at().getEpochSecond() % 2)];
        assertThat(view.sent()).hasValue(then);
        assertThat(view.acked().filter(then::equals).isPresent()).isEqualTo(!view.waits());
      }
    } finally {
      over.set(true);
      writer.join();
    }
  }
}
