package dev.lish.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FixturesIT {
  @Test
  void upstreamTellsItsNameAndTheHeadersThatItGot() {
    try (Upstream upstream = Upstream.start("payments-1")) {
      Http.Answer answer =
          Http.get("http://127.0.0.1:" + upstream.port() + "/a?b=c", "x-zone", "tokyo-1");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("X-Upstream")).isEqualTo("payments-1");
      assertThat(answer.body())
          .startsWith("payments-1\n")
          .containsIgnoringCase("x-zone: tokyo-1\n");
      assertThat(upstream.requests()).isEqualTo(1);
    }
  }

  @Test
  void healthChecksAreNotCountedAsRequests() {
    try (Upstream upstream = Upstream.start("a")) {
      Http.get("http://127.0.0.1:" + upstream.port() + "/healthz");

      assertThat(upstream.requests()).isZero();
    }
  }

  @Test
  void loadCountsWhoAnswered() {
    try (Upstream upstream = Upstream.start("a");
        Load load = Load.start(upstream.port(), "/", 200, 2)) {
      load.awaitAnswerBy("a");
      load.awaitMore(20);

      Load.Outcomes outcomes = load.stop();
      outcomes.assertNoneLost();
      assertThat(outcomes.by("a")).isEqualTo((int) outcomes.requests()).isGreaterThan(20);
      assertThat(outcomes.by("b")).isZero();
    }
  }

  @Test
  void loadStaysBelowItsRate() {
    try (Upstream upstream = Upstream.start("a")) {
      long start = System.nanoTime();
      try (Load load = Load.start(upstream.port(), "/", 50, 1)) {
        load.awaitMore(11);
      }

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  @Test
  void loadCountsAnErrorAnswerAsLost() {
    try (Upstream upstream = Upstream.start("a");
        Load load = Load.start(upstream.port(), "/", 200, 1)) {
      load.awaitAnswerBy("a");
      upstream.answerWith(503);
      Await.until("a failure is counted", () -> load.outcomes().failed() > 0);

      Load.Outcomes outcomes = load.stop();
      assertThat(outcomes.answers()).containsKey("503 a");
      assertThatThrownBy(outcomes::assertNoneLost)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("503 a");
    }
  }

  @Test
  void loadCountsABrokenConnectionAsLostAndDoesNotRetry() {
    Upstream upstream = Upstream.start("a");
    try (Load load = Load.start(upstream.port(), "/", 200, 1)) {
      load.awaitAnswerBy("a");
      upstream.close();
      Await.until("a failure is counted", () -> load.outcomes().failed() > 0);

      assertThat(load.stop().answers()).containsKey("lost");
    } finally {
      upstream.close();
    }
  }

  @Test
  void slowUpstreamAnswersLate() {
    try (Upstream upstream = Upstream.start("a")) {
      upstream.delayBy(Duration.ofMillis(150));
      long start = System.nanoTime();
      Http.get("http://127.0.0.1:" + upstream.port() + "/");

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }
  }

  @Test
  void consulKnowsWhatIsRegisteredUntilItIsDeregistered() {
    try (ConsulProcess consul = ConsulProcess.start()) {
      consul.register(ConsulProcess.Registration.local("payments", "p1", 9001, "v1"));
      consul.register(ConsulProcess.Registration.local("payments", "p2", 9002), "critical");
      assertThat(consul.json("/v1/health/service/payments")).hasSize(2);
      assertThat(consul.json("/v1/health/service/payments?passing")).hasSize(1);

      consul.setStatus("p2", "passing");
      assertThat(consul.json("/v1/health/service/payments?passing")).hasSize(2);

      consul.maintenance("p2", true);
      assertThat(consul.json("/v1/health/service/payments?passing")).hasSize(1);

      consul.deregister("p1");
      assertThat(consul.json("/v1/health/service/payments")).hasSize(1);

      int port = consul.port();
      consul.restart();
      assertThat(consul.port()).isEqualTo(port);
      assertThat(consul.json("/v1/health/service/payments")).isEmpty();
    }
  }
}
