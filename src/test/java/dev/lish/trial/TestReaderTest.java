package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The format of test files, and what is said of mistakes in them. */
class TestReaderTest {
  private static TestFiles read(Map<String, String> files) {
    TreeMap<String, ByteString> all = new TreeMap<>();
    files.forEach((path, text) -> all.put(path, ByteString.copyFromUtf8(text)));
    return TestFiles.read(new MeshFolder(Revision.NONE, all));
  }

  private static List<String> problems(String text) {
    return read(Map.of("tests/a.yaml", text)).problems().stream().map(Problem::toString).toList();
  }

  private static TestCase only(String text) {
    TestFiles files = read(Map.of("tests/a.yaml", text));
    assertThat(files.problems()).isEmpty();
    assertThat(files.cases()).hasSize(1);
    return files.cases().get(0);
  }

  @Test
  void aRequestAndItsExpectationAreOneStep() {
    TestCase test =
        only(
            """
            envoy: { group: edge, locality.zone: tokyo-2 }
            stages: [ beta ]
            tests:
              - name: one
                request: { path: /a?b=c, method: PUT, headers: { Host: x }, repeat: 3, tls: api }
                expect: { status: 2xx, within: 3s, split: { a: 90, b: 10, tolerance: 2 } }
            """);
    assertThat(test.target().group()).contains("edge");
    assertThat(test.target().by()).containsEntry("locality.zone", "tokyo-2");
    assertThat(test.runsIn("beta")).isTrue();
    assertThat(test.runsIn("release")).isFalse();
    Step.Ask ask = (Step.Ask) test.steps().get(0);
    assertThat(ask.request().path()).isEqualTo("/a?b=c");
    assertThat(ask.request().repeat()).isEqualTo(3);
    assertThat(ask.request().sni()).contains("api");
    assertThat(ask.expectation().answer().status()).contains("2..");
    assertThat(ask.expectation().within()).contains(Duration.ofSeconds(3));
    assertThat(ask.expectation().split())
        .contains(new Expectation.Split(Map.of("a", 90, "b", 10), 2));
  }

  @Test
  void aScenarioHasSteps() {
    TestFiles files =
        read(
            Map.of(
                "tests/overlays/slow/values/common.yaml",
                "timeout: 1s",
                "tests/a.yaml",
                """
                tests:
                  - name: many
                    steps:
                      - upstream: { cluster: a, endpoint: 2, status: 503, delay: 250ms }
                      - runtime: { x.y: 5 }
                      - overlay: overlays/slow
                      - overlay: { edge/a.yaml: null, edge/b.yaml: "name: b" }
                      - drain: envoy
                      - drain: { cluster: a }
                      - request: {}
                        expect: { upstream: none, eventually: 1m }
                """));
    assertThat(files.problems()).isEmpty();
    List<Step> steps = files.cases().get(0).steps();
    assertThat(steps).hasSize(7);
    Step.Behave behave = (Step.Behave) steps.get(0);
    assertThat(behave.endpoint().number()).hasValue(2);
    assertThat(behave.behaviour().delay()).isEqualTo(Duration.ofMillis(250));
    assertThat(((Step.SetRuntime) steps.get(1)).values()).containsEntry("x.y", "5");
    assertThat(((Step.Overlay) steps.get(2)).files()).containsOnlyKeys("values/common.yaml");
    assertThat(((Step.Overlay) steps.get(3)).files().get("edge/a.yaml")).isEmpty();
    assertThat(((Step.Drain) steps.get(4)).endpoint()).isEmpty();
    assertThat(((Step.Drain) steps.get(5)).endpoint()).isPresent();
    assertThat(((Step.Ask) steps.get(6)).expectation().upstream().cluster()).contains("");
  }

  @Test
  void theMatrixNamesEnvoys() {
    TestFiles files =
        read(Map.of("tests/matrix.yaml", "envoys: [ /opt/envoy ]\nprotocols: [ delta, sotw ]"));
    assertThat(files.problems()).isEmpty();
    assertThat(files.cases()).isEmpty();
    assertThat(files.matrix().envoys()).containsExactly("/opt/envoy");
    assertThat(files.matrix().protocols()).containsExactly("delta", "sotw");
  }

  @Test
  void aMisspeltKeyIsTold() {
    assertThat(
            problems(
                """
                tests:
                  - name: one
                    request: { path: / }
                    expect: { statsu: 200 }
                """))
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith("tests/a.yaml:4:")
                    .contains("statsu")
                    .contains("did you mean \"status\"?"));
  }

  @Test
  void whatExpectsNothingIsTold() {
    assertThat(problems("tests: [ { name: a, request: { path: / } } ]"))
        .singleElement()
        .asString()
        .contains("without expect");
    assertThat(problems("tests: [ { name: a, request: { path: / }, expect: {} } ]"))
        .singleElement()
        .asString()
        .contains("expect: nothing");
    assertThat(problems("tests: [ { name: a, steps: [ { request: {}, drain: envoy } ] } ]"))
        .singleElement()
        .asString()
        .contains("2 actions");
    assertThat(problems("name: x")).anySatisfy(p -> assertThat(p).contains("tests: missing"));
  }

  @Test
  void wrongValuesAreTold() {
    assertThat(
            problems(
                """
                tests:
                  - name: one
                    request: { path: a, repeat: 0, }
                    expect: { status: 20, within: soon, body: { matches: "(" }, split: { tolerance: 1 } }
                  - name: two
                    steps:
                      - overlay: nowhere
                      - drain: all
                """))
        .hasSize(8);
  }
}
