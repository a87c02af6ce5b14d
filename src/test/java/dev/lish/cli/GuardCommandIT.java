package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardCommandIT {
  private static final String GUARD =
      """
      {"assignments": [{"name": "consul:shop", "clusters": ["shop"], "enabled": true,
        "threshold": 50, "factor": 505, "inServiceSeconds": 2.6, "verdict": "raise", "because": "15 of 25 hosts are new",
        "until": null, "waiting": [], "alarms": ["the factor has been raised for long"],
        "priorities": [{"priority": 0, "hosts": 25, "available": 6, "addable": 5, "losable": null}]}],
       "holds": [{"kind": "gone", "of": "consul:shop", "clusters": ["shop"], "shared": true,
        "because": "deregistered",
        "hosts": [{"host": "10.0.0.1:80", "since": "2026-03-01T11:57:00Z", "until": "2026-03-01T12:07:00Z"}]}],
       "changes": [{"stage": "release", "revision": 9, "because": ["cluster shop: panic"]}],
       "alarms": 1, "last": []}
      """;

  @TempDir private Path folder;
  private final AdminApiStub server = new AdminApiStub();

  GuardCommandIT() throws IOException {}

  private Result run(String... arguments) {
    return new CommandLineRun(folder)
        .with("LISH_SERVER", server.url())
        .with("LISH_TOKEN", "t0ken")
        .with("USER", "mina")
        .run(arguments);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void itShowsHeadroomWhyAndWhatIsKeptBack() {
    server.answer("GET /api/v1/guard", 200, GUARD);
    Result shown = run("guard");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out().lines())
        .containsExactly(
            "CLUSTERS  ASSIGNMENT   PRIO  HOSTS  UP  PANIC<  ADD  LOSE  JOIN  STATE",
            "shop      consul:shop  0     25     6   50%     5    any   2.6s  factor 505",
            "consul:shop: 15 of 25 hosts are new",
            "consul:shop: the factor has been raised for long",
            "revision 9 waits for stage release: cluster shop: panic",
            "  lish promote release 9 accepts it",
            "",
            "KEPT BACK  CLUSTERS  HOST         SINCE   UNTIL                 SHARED",
            "gone       shop      10.0.0.1:80  3m ago  2026-03-01T12:07:00Z  yes",
            "gone: deregistered");
  }

  @Test
  void aReleaseNeedsAReason() {
    server.answer("POST /api/v1/guard/release", 200, "{\"revision\": 8, \"changed\": true}");
    assertThat(run("guard", "release", "shop").exitCode()).isEqualTo(2);
    assertThat(run("guard", "release", "shop", "--reason", "gone").exitCode()).isZero();
    assertThat(server.requests)
        .singleElement()
        .satisfies(r -> assertThat(r.body()).contains("\"cluster\":\"shop\"").contains("gone"));
  }

  @Test
  void whatIfAnswersBeforeAnyoneActs() {
    server.answer(
        "GET /api/v1/guard/what-if",
        200,
        """
        {"answers": [{"assignment": "consul:shop", "clusters": ["shop"], "verdict": "raise",
          "factor": 1010, "hosts": 40, "safe": true,
          "priorities": [{"priority": 0, "hosts": 50, "available": 10}]}]}
        """);
    Result answer = run("guard", "what-if", "shop", "--add", "40");
    assertThat(answer.out().strip())
        .isEqualTo(
            "consul:shop: all go out at once, with the factor 1010 (priority 0: 10 of 50 up)");
    assertThat(run("guard", "what-if", "shop").exitCode()).isEqualTo(2);
  }
}
