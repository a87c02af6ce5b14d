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
       "changes": [{"stage": "release", "revision": 9, "clusters": ["shop"], "because": ["cluster shop: panic"]}],
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
            "  accepted by: lish guard release shop, or lish promote release 9",
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
  void whatIsMissingOrMeansNothingIsTold() {
    String expected = "expected: a cluster, as lish guard lists them";
    assertThat(run("guard", "release", "--reason", "gone").err()).contains(expected);
    assertThat(run("guard", "what-if", "--add", "4").err()).contains(expected);
    for (String[] stray :
        new String[][] {{"--add", "4"}, {"--remove", "10.0.0.1"}, {"--reason", "x"}}) {
      Result shown = run("guard", stray[0], stray[1]);
      assertThat(shown.exitCode()).isEqualTo(2);
      assertThat(shown.err()).contains("guard " + stray[0] + " (expected: ");
    }
    assertThat(run("guard", "what-if", "shop", "--add", "4", "--reason", "x").exitCode())
        .isEqualTo(2);
    assertThat(run("guard", "release", "shop", "--reason", "x", "--add", "4").exitCode())
        .isEqualTo(2);
    assertThat(server.requests).isEmpty();
  }

  private String removed(String answer) {
    server.answer("GET /api/v1/guard/what-if", 200, "{\"answers\": [" + answer + "]}");
    return run("guard", "what-if", "--remove", "10.0.0.1:80").out().strip();
  }

  @Test
  void whatIfTellsOfHostsThatWouldBeKept() {
    assertThat(
            removed(
                """
                {"assignment": "consul:shop", "clusters": ["shop"], "verdict": "hold", "factor": 140,
                  "hosts": 0, "kept": 8, "until": "2026-01-02T03:14:05Z", "safe": false,
                  "priorities": [{"priority": 0, "hosts": 2, "available": 2}]}
                """))
        .isEqualTo(
            "consul:shop: too many at once: 8 would be kept until 2026-01-02T03:14:05Z, then go with"
                + " an alarm; none would go now (priority 0: 2 of 2 up)");
  }

  @Test
  void whatIfTellsOfPrioritiesWithoutAnyHostUp() {
    assertThat(
            removed(
                """
                {"assignment": "shop", "clusters": ["shop"], "verdict": "raise", "factor": 140,
                  "hosts": 1, "kept": 0, "until": null, "safe": false,
                  "priorities": [{"priority": 0, "hosts": 0, "available": 0},
                                 {"priority": 1, "hosts": 3, "available": 0}]}
                """))
        .isEqualTo(
            "shop: not safe: no host would be up (priority 0: no hosts, priority 1: none of 3 up)");
    assertThat(
            removed(
                """
                {"assignment": "shop", "clusters": ["shop"], "verdict": "raise", "factor": 303,
                  "hosts": 1, "kept": 0, "until": "2026-01-02T03:14:05Z", "safe": false,
                  "priorities": [{"priority": 0, "hosts": 9, "available": 2}]}
                """))
        .isEqualTo(
            "shop: not safe: too few hosts would be left; the factor 303 keeps Envoys from using every"
                + " listed host until 2026-01-02T03:14:05Z (priority 0: 2 of 9 up)");
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

  @Test
  void whatIfAsksForEveryHostThatIsNamed() {
    server.answer("GET /api/v1/guard/what-if", 200, "{\"answers\": []}");
    run("guard", "what-if", "--remove", "10.0.0.1", "10.0.0.2:80", "-o", "json");
    run("guard", "what-if", "--remove", "10.0.0.1", "--remove", "10.0.0.2:80");
    assertThat(server.requests)
        .hasSize(2)
        .allSatisfy(r -> assertThat(r.query()).contains("remove=10.0.0.1%2C10.0.0.2%3A80"));
    Result both = run("guard", "what-if", "shop", "--remove", "10.0.0.1:80");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("what-if --remove goes by hosts");
    assertThat(run("guard", "what-if", "--remove").exitCode()).isEqualTo(2);
  }

  @Test
  void aClusterWithoutAnyHostIsShown() {
    server.answer(
        "GET /api/v1/guard",
        200,
        """
        {"assignments": [{"name": "consul:shop", "clusters": ["shop"], "enabled": true,
          "threshold": 50, "verdict": "admit", "alarms": [], "waiting": [], "priorities": []}],
         "holds": [], "changes": []}
        """);
    assertThat(run("guard").out().lines().skip(1))
        .singleElement()
        .asString()
        .matches("shop +consul:shop +- +0 +0 +50% +- +- +- +no hosts");
  }
}
