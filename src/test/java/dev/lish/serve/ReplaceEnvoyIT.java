package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.Ports;
import dev.lish.testing.Recorder;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything is replaced, again and again, while a client with kept connections goes on. */
class ReplaceEnvoyIT {
  private static final int ROUNDS = 100;
  private static final int REQUESTS_A_ROUND = 100;

  /** No route, no cluster, no healthy host, no connection to the host. */
  private static final Pattern BROKEN = Pattern.compile("^\\d+ \\S*\\b(NR|NC|UH|UF)\\b.*");

  /** Longer than the Envoy's drain time, which is two seconds. */
  private static final XdsLimits LIMITS =
      XdsLimits.DEFAULT.withWaits(
          Duration.ofSeconds(30), Duration.ofSeconds(4), Duration.ofMillis(300));

  @TempDir Path folder;

  /** The whole mesh of a round: nothing has a name or content of the round before. */
  private Mesh round(int round, int port, Upstream upstream) {
    return Mesh.empty()
        .cluster("c" + round, 1)
        .assignment("c" + round, upstream.port())
        .route("r" + round, "c" + round)
        .loggedListener("front", port, "r" + round, folder.resolve("access.log"));
  }

  @ParameterizedTest
  @MethodSource("dev.lish.serve.XdsEnvoyIT#envoysAndProtocols")
  void noRequestFailsWhileAllIsReplacedAHundredTimes(Envoys.Envoy envoy, boolean delta)
      throws IOException {
    Recorder recorder = new Recorder();
    int port = Ports.free();
    try (Upstream one = Upstream.start("one");
        Upstream two = Upstream.start("two");
        Server server = new Server(LIMITS, recorder)) {
      server.publish(round(0, port, two));
      try (EnvoyProcess process =
          EnvoyProcess.start(
              envoy,
              XdsEnvoyIT.bootstrap(delta, server),
              "--drain-time-s",
              "2",
              "--drain-strategy",
              "immediate",
              "--file-flush-interval-msec",
              "100")) {
        process.awaitReady();
        XdsEnvoyIT.awaitSynced(server);
        try (Load load = Load.start(port, "/", 2_000, 4)) {
          load.awaitAnswerBy("two");
          for (int i = 1; i <= ROUNDS; i++) {
            server.publish(round(i, port, i % 2 == 0 ? two : one));
            // Not that it is in force: the next one may well overtake it.
            load.awaitMore(REQUESTS_A_ROUND);
          }
          load.awaitNoAnswerBy("one", REQUESTS_A_ROUND);
          Load.Outcomes outcomes = load.stop();
          outcomes.assertNoneLost();
          assertThat(outcomes.requests()).isGreaterThanOrEqualTo(ROUNDS * REQUESTS_A_ROUND);
          Await.until("all requests are logged", () -> accessLog().size() >= outcomes.requests());
        }
        Await.until(
            "old clusters are gone",
            () -> process.hosts("c" + ROUNDS).size() == 1 && process.hosts("c1").isEmpty());
        process.log().assertNoWarnings("There is no configured limit to the number of allowed");
      }
    }
    assertThat(accessLog()).noneMatch(line -> BROKEN.matcher(line).matches());
    recorder.assertClean();
    assertThat(recorder.responses("envoy-1", CLUSTER)).isNotEmpty();
    assertThat(recorder.responses("envoy-1", ENDPOINT)).isNotEmpty();
    assertThat(recorder.responses("envoy-1", ROUTE)).isNotEmpty();
  }

  private List<String> accessLog() throws IOException {
    Path log = folder.resolve("access.log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }
}
