package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lish top}, {@code graph} and {@code logs}, when they are not live. */
class TrafficCommandsIT {
  private static final String TRAFFIC =
      """
      {"window": "1m", "seconds": 58,
       "clusters": [
         {"cluster": "orders", "requests": 58, "rate": 1.0, "errorShare": 0, "p50": 1.5, "p95": 20.1,
          "p99": 30, "flags": {}, "callers": []},
         {"cluster": "payments", "requests": 1200, "rate": 20.69, "errorShare": 0.025, "p50": 4.2,
          "p95": 120.5, "p99": 900.25, "flags": {"UH": 20, "UT": 10, "DC": 30, "LR": 1},
          "callers": [{"cluster": "edge-web", "rate": 20.69, "errorShare": 0.025}]}],
       "versions": [
         {"stage": "beta", "revision": 7, "requests": 5, "rate": 0.09, "errorShare": 0, "p50": 1,
          "p95": 1, "p99": 1, "flags": {}}]}
      """;

  @TempDir private Path folder;
  private AdminApiStub server = new AdminApiStub();
  private CommandLineRun lish = new CommandLineRun(Path.of(""));

  TrafficCommandsIT() throws IOException {}

  @BeforeEach
  void pointTheCommandsAtTheServer() {
    lish = new CommandLineRun(folder).with("LISH_SERVER", server.url());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void topShowsTheBusiestClusterFirst() {
    server.answer("GET /api/v1/traffic", 200, TRAFFIC);
    Result top = lish.run("top");
    assertThat(top.out().lines())
        .containsExactly(
            "21.7 requests/s in the last 58 s, by rate",
            "CLUSTER   RATE/S  ERRORS  P50  P95  P99  FLAGS                CALLED BY",
            "payments  21      2.50%   4.2  121  900  DC 30, UH 20, UT 10  edge-web",
            "orders    1.0     -       1.5  20   30   -                    -");
    assertThat(lish.run("top", "--sort", "name").out().lines().skip(2).findFirst().orElseThrow())
        .startsWith("orders");
    assertThat(lish.run("top", "--versions").out()).contains("beta   7         0.1");
    assertThat(lish.run("top", "--sort", "size").err())
        .contains("--sort size (expected: rate, errors, p50, p95, p99, name)");
  }

  @Test
  void graphIsPrintedAsItCame() {
    server.answer("GET /api/v1/traffic/edges", 200, "digraph mesh {\n}\n");
    assertThat(lish.run("graph").out()).isEqualTo("digraph mesh {\n}\n");
  }

  @Test
  void logsAreLinesForPeople() {
    String entry =
        "{\"time\":\"2027-01-15T08:00:00.005Z\",\"node_cluster\":\"edge-a\",\"cluster\":\"payments\","
            + "\"flags\":[\"UT\"],\"duration_ms\":12.345,\"status\":504,\"method\":\"GET\","
            + "\"authority\":\"a.example\",\"path\":\"/p\\u001b\",\"details\":\"response_timeout\"}\n";
    server.answer("GET /api/v1/logs", 200, entry + "{\"missed\":3}\n" + entry);
    Result logs = lish.run("logs", "-n", "2", "--cluster", "payments", "--status", "5xx");
    assertThat(logs.out().lines())
        .containsExactly(
            "2027-01-15T08:00:00.005Z  504  UT  12.3ms  edge-a -> payments  GET  a.example/p\uFFFD "
                + " response_timeout",
            "3 entries came too fast and are missed");
    assertThat(lish.run("logs", "-n", "1", "-o", "json").out()).isEqualTo(entry);
    assertThat(lish.run("logs", "-n", "0").err()).contains("-n 0 (expected: a whole number");
  }
}
