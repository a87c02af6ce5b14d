package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.render.Mesh;
import dev.lish.source.MeshFolder;
import dev.lish.trial.wire.Behaviour;
import dev.lish.trial.wire.Name;
import dev.lish.trial.wire.Tls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    assertThat(ask.request().tls()).contains(new Tls.Client(Optional.empty(), "api"));
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
  void certificatesAreNamesOrAStrangers() {
    TestCase test =
        only(
            """
            tests:
              - name: one
                steps:
                  - upstream: { cluster: a, certificate: other.example }
                  - upstream: { cluster: a, certificate: { stranger: true }, delay: 1s }
                  - upstream: { cluster: a, refuse: true }
                  - request:
                      protocol: http2
                      tls: { server_name: api, certificate: [ "spiffe://mesh/a", 10.0.0.1, a@b.c ] }
                    expect: { answer: none }
            """);
    assertThat(behaviour(test, 0).shown())
        .contains(new Behaviour.Shown(List.of(Name.of("other.example")), false));
    assertThat(behaviour(test, 1).shown()).contains(new Behaviour.Shown(List.of(), true));
    assertThat(behaviour(test, 2).failure()).isEqualTo(Behaviour.Failure.REFUSE);
    Request request = ((Step.Ask) test.steps().get(3)).request();
    assertThat(request.http2()).isTrue();
    assertThat(request.tls().orElseThrow().serverName()).isEqualTo("api");
    assertThat(request.tls().orElseThrow().certificate().orElseThrow().names())
        .extracting(Name::kind)
        .containsExactly(Name.Kind.URI, Name.Kind.IP, Name.Kind.EMAIL);
  }

  private static Behaviour behaviour(TestCase test, int step) {
    return ((Step.Behave) test.steps().get(step)).behaviour();
  }

  @Test
  void whatTheMeshDoesNotHaveIsTold() {
    TestFiles files =
        read(
            Map.of(
                "tests/matrix.yaml",
                "envoys: [ /opt/envoy ]\nstages: [ beta, bta ]",
                "tests/a.yaml",
                """
                envoy: { group: edge }
                tests:
                  - { name: a, stages: [ relaese ], request: {}, expect: { status: 200 } }
                  - { name: b, envoy: { group: egde }, request: {}, expect: { status: 200 } }
                  - { name: c, envoy: { group: edge, locality.zone: tokyo-9 }, request: {}, expect: { status: 200 } }
                  - { name: d, envoy: { group: inner, id: x }, request: {}, expect: { status: 200 } }
                  - { name: e, envoy: { locality.zone: tokyo-1 }, request: {}, expect: { status: 200 } }
                """));
    GroupRule edge =
        new GroupRule(
            "edge", NodeMatch.ALL, new TreeMap<>(Map.of("locality.zone", List.of("tokyo-1"))));
    GroupRule inner = new GroupRule("inner", NodeMatch.ALL, new TreeMap<>());
    Mesh mesh =
        new Mesh(
            List.of(
                new StageRule("beta", NodeMatch.ALL, 100),
                new StageRule("release", NodeMatch.ALL, 100)),
            new TreeMap<>(),
            List.of(
                new Mesh.Group(edge, List.of(), false), new Mesh.Group(inner, List.of(), false)));
    assertThat(files.problems()).isEmpty();
    assertThat(files.against(mesh))
        .extracting(Problem::toString)
        .containsExactly(
            "tests/matrix.yaml:2: stages: bta (expected: of beta, release; did you mean \"beta\"?)",
            "tests/a.yaml:3: stages: relaese (expected: of beta, release; did you mean \"release\"?)",
            "tests/a.yaml:4: envoy: group: egde (expected: of edge, inner; did you mean \"edge\"?)",
            "tests/a.yaml:5: envoy: locality.zone: tokyo-9 (expected: of tokyo-1; did you mean"
                + " \"tokyo-1\"?)",
            "tests/a.yaml:6: envoy: id (expected: nothing, as the group has no `by`)",
            "tests/a.yaml:7: envoy: group: missing (expected: one of edge, inner)");
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
        .contains("step: request and drain (expected: one of request, upstream,");
    assertThat(problems("tests: [ { name: a, steps: [ {} ] } ]"))
        .singleElement()
        .asString()
        .contains("step: nothing to do");
    assertThat(problems("tests: [ { name: a, request: {}, steps: [], expect: { status: 200 } } ]"))
        .singleElement()
        .asString()
        .contains("both (expected: either request or steps)");
    assertThat(problems("tests: [ { name: a, steps: [ { drain: envoy } ], expect: {} } ]"))
        .singleElement()
        .asString()
        .contains("expect: beside steps");
    assertThat(problems("stages: { a: b }\ntests: []"))
        .containsExactly(
            "tests/a.yaml:1: test file: stages: a map (expected: text or a list of texts)");
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
                      - overlay: { ../a.yaml: "name: a" }
                      - drain: all
                      - upstream: { cluster: a, reset: true, refuse: true, status: 500 }
                      - upstream: { cluster: a, refuse: true, delay: 1s }
                      - request: { protocol: h3, method: "G T", tls: { sni: x } }
                        expect: { answer: some, status: 200 }
                """))
        .hasSize(17)
        .allSatisfy(text -> assertThat(text).startsWith("tests/a.yaml:"));
  }
}
