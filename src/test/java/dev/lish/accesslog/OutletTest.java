package dev.lish.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutletTest {
  private final AtomicLong nanos = new AtomicLong();
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile boolean full;
  private volatile boolean buffers;
  private volatile boolean slow;

  private final Outlet outlet =
      new Outlet(
          new LineSink() {
            private final Tally tally = new Tally();
            private long buffered;

            @Override
            public String name() {
              return "test";
            }

            @Override
            public void write(String key, byte[] line) throws IOException {
              if (slow) {
                try {
                  gate.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
              }
              buffered++;
              if (!buffers) {
                flush();
              }
            }

            @Override
            public void flush() throws IOException {
              long lines = buffered;
              buffered = 0;
              if (full && lines > 0) {
                tally.lost(lines);
                throw new IOException("No space left on device");
              }
              tally.written(lines);
            }

            @Override
            public void settle() throws IOException {
              flush();
            }

            @Override
            public Tally tally() {
              return tally;
            }

            @Override
            public void close() {}
          },
          nanos::get);

  @AfterEach
  void close() {
    gate.countDown();
    outlet.close();
  }

  @Test
  void aSinkThatHangsHoldsUpNobodyAndDropsWhatIsTooMuch() {
    slow = true;
    outlet.start();
    for (int i = 0; i < 20_000; i++) {
      outlet.offer("n", new byte[10]);
    }
    assertThat(outlet.view().dropped()).isBetween(20_000L - 8_194, 20_000L - 8_191);
    gate.countDown();
    Await.until(
        "the rest is written", () -> outlet.view().written() + outlet.view().dropped() == 20_000);
  }

  @Test
  void whatIsQueuedIsBoundedInBytes() {
    slow = true;
    outlet.start();
    for (int i = 0; i < 100; i++) {
      outlet.offer("n", new byte[1 << 20]);
    }
    assertThat(outlet.view().dropped()).isBetween(82L, 85L);
  }

  @Test
  void aBrokenSinkIsTriedAgainAfterARest() {
    full = true;
    outlet.start();
    outlet.offer("n", new byte[10]);
    Await.until("the sink is broken", () -> !outlet.view().works());
    outlet.offer("n", new byte[10]);
    assertThat(outlet.view().dropped()).isEqualTo(2);
    assertThat(outlet.view().failures()).isEqualTo(1);

    full = false;
    nanos.addAndGet(3_000_000_000L);
    Await.until(
        "the sink works",
        () -> {
          outlet.offer("n", new byte[10]);
          return outlet.view().works();
        });
    assertThat(outlet.view().written()).isPositive();
  }

  /** A file takes lines into its buffer while the disk is full. */
  @Test
  void aSinkThatOnlyBuffersDoesNotWork() {
    full = true;
    buffers = true;
    outlet.start();
    outlet.offer("n", new byte[10]);
    Await.until("the line is taken", () -> outlet.isIdle());
    nanos.addAndGet(3_000_000_000L);
    Await.until("the sink is broken", () -> !outlet.view().works());
    assertThat(outlet.view().written()).isZero();

    for (int failures = 2; failures < 5; failures++) {
      nanos.addAndGet(3_000_000_000L);
      int expected = failures;
      Await.until(
          "it is tried again",
          () -> {
            outlet.offer("n", new byte[10]);
            return outlet.view().failures() == expected;
          });
      assertThat(outlet.view().works()).isFalse();
    }
    assertThat(outlet.view().written()).isZero();
    assertThat(outlet.view().dropped()).isGreaterThanOrEqualTo(4);
  }
}
