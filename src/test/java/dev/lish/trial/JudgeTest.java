package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import dev.lish.trial.wire.Answer;
import dev.lish.trial.wire.Received;
import dev.lish.trial.wire.Stubs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is said of answers that are not as expected. */
class JudgeTest {
  private static Expectation expect(String yaml) {
    String text = "tests: [ { name: a, request: {}, expect: " + yaml + " } ]";
    TestFiles files =
        TestFiles.read(
            new MeshFolder(
                Revision.NONE,
                new TreeMap<>(Map.of("tests/a.yaml", ByteString.copyFromUtf8(text)))));
    assertThat(files.problems()).isEmpty();
    return ((Step.Ask) files.cases().get(0).steps().get(0)).expectation();
  }

  private static Exchange exchange(int status, int millis, String... clusters) {
    List<Received> received = new ArrayList<>();
    Received.Tls tls =
        new Received.Tls(Optional.of("orders.example"), List.of("CN=x", "spiffe://mesh/edge"));
    for (String cluster : clusters) {
      received.add(
          new Received(
              cluster,
              "1",
              new Received.Over(true, Optional.of(tls)),
              "GET",
              "/seen",
              new TreeMap<>(Map.of("x-added", "yes")),
              "sent"));
    }
    return new Exchange(
        Optional.of(new Answer(status, Map.of("X-Stage", "beta"), "hello")),
        "",
        Duration.ofMillis(millis),
        received);
  }

  private static List<String> judge(String expectation, Exchange... exchanges) {
    return Judge.failures(expect(expectation), List.of(exchanges));
  }

  @Test
  void whatIsAsExpectedPasses() {
    assertThat(
            judge(
                """
                { status: 2xx, headers: { x-stage: beta, x-other: { absent: true } },
                  body: { contains: ell }, upstream: a, attempts: 2, within: 1s, at_least: 5ms,
                  upstream_request: { path: /seen, headers: { X-Added: { matches: "^y" } } } }
                """,
                exchange(200, 10, "a", "a")))
        .isEmpty();
  }

  @Test
  void eachMismatchIsTold() {
    assertThat(judge("{ status: 200 }", exchange(503, 1)))
        .containsExactly("status 503 (expected: 200); its body: hello");
    assertThat(judge("{ headers: { x-stage: release } }", exchange(200, 1)))
        .containsExactly("header x-stage: \"beta\" (expected: \"release\")");
    assertThat(judge("{ headers: { x-stage: { absent: true } } }", exchange(200, 1)))
        .containsExactly("header x-stage: \"beta\" (expected: none)");
    assertThat(judge("{ body: { contains: bye } }", exchange(200, 1)))
        .containsExactly("body: \"hello\" (expected: a text with \"bye\")");
    assertThat(judge("{ upstream: a }", exchange(200, 1, "b")))
        .containsExactly("served by b (expected: a)");
    assertThat(judge("{ upstream: none }", exchange(200, 1, "b")))
        .containsExactly("served by b (expected: no upstream)");
    assertThat(judge("{ attempts: 1 }", exchange(200, 1, "a", "a")))
        .containsExactly("2 attempts: [a, a] (expected: 1)");
    assertThat(judge("{ within: 1s }", exchange(200, 1500)))
        .containsExactly("took 1500 ms (expected: within 1000 ms)");
    assertThat(judge("{ at_least: 1s }", exchange(200, 10)))
        .containsExactly("took 10 ms (expected: at least 1000 ms)");
    assertThat(judge("{ upstream_request: { path: /other } }", exchange(200, 1, "a")))
        .containsExactly("upstream's path: \"/seen\" (expected: \"/other\")");
    assertThat(judge("{ upstream_request: { path: /other } }", exchange(200, 1)))
        .containsExactly("no upstream got the request (expected: one to look at)");
  }

  @Test
  void howARequestCameToItsUpstreamIsCompared() {
    assertThat(
            judge(
                """
                { upstream_request: { protocol: http2, tls: true, server_name: orders.example,
                  certificate: "spiffe://mesh/edge", body: { contains: en } } }
                """,
                exchange(200, 1, "a")))
        .isEmpty();
    assertThat(
            judge(
                """
                { upstream_request: { protocol: http1, tls: false, server_name: { absent: true },
                  certificate: { absent: true }, body: other } }
                """,
                exchange(200, 1, "a")))
        .containsExactly(
            "upstream's body: \"sent\" (expected: \"other\")",
            "upstream's protocol: http2 (expected: http1)",
            "upstream's connection: over TLS (expected: in cleartext)",
            "upstream's server name: \"orders.example\" (expected: none)",
            "Envoy's certificate: \"CN=x, spiffe://mesh/edge\" (expected: none)");
  }

  @Test
  void theAttemptThatWasAnsweredServes() {
    assertThat(judge("{ upstream: b }", exchange(200, 1, "a", "b"))).isEmpty();
  }

  @Test
  void aMirroredCopyIsNoAttempt() {
    Exchange both = exchange(200, 1, "a", "copies");
    List<Received> received = new ArrayList<>(both.received());
    Received copy = received.get(1);
    for (String host : List.of("shop.example-shadow", "127.0.0.1-shadow:10000")) {
      TreeMap<String, String> headers = new TreeMap<>(copy.headers());
      headers.put("host", host);
      received.set(
          1,
          new Received(
              copy.cluster(), "1", copy.over(), copy.method(), copy.path(), headers, copy.body()));
      assertThat(
              judge(
                  "{ upstream: a, attempts: 1 }",
                  new Exchange(both.answer(), "", both.took(), received)))
          .isEmpty();
    }
  }

  @Test
  void theAnswerTellsWhoServed() {
    Exchange exchange = exchange(200, 1, "a", "b");
    Answer answer = new Answer(200, Map.of(Stubs.CLUSTER_HEADER, "a"), "");
    assertThat(
            judge(
                "{ upstream: a }",
                new Exchange(Optional.of(answer), "", Duration.ofMillis(1), exchange.received())))
        .isEmpty();
  }

  @Test
  void noAnswerIsAFailureWhateverIsExpected() {
    Exchange none = new Exchange(Optional.empty(), "closed", Duration.ofMillis(1), List.of());
    assertThat(judge("{ within: 5s }", none)).containsExactly("no answer: closed");
  }

  @Test
  void noAnswerCanBeExpected() {
    Exchange none = new Exchange(Optional.empty(), "closed", Duration.ofMillis(1), List.of());
    assertThat(judge("{ answer: none }", none)).isEmpty();
    assertThat(judge("{ answer: none, at_least: 1s }", none)).hasSize(1);
    assertThat(judge("{ answer: none }", exchange(200, 1)))
        .containsExactly("status 200 (expected: no answer)");
  }

  @Test
  void sharesAreOfAllRequests() {
    List<Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      exchanges.add(exchange(200, 1, i < 80 ? "a" : "b"));
    }
    assertThat(Judge.failures(expect("{ split: { a: 78, tolerance: 2 } }"), exchanges)).isEmpty();
    assertThat(Judge.failures(expect("{ split: { a: 90, b: 10, tolerance: 5 } }"), exchanges))
        .containsExactly(
            "of 100 requests: a 80.0 % (expected: 90), b 20.0 % (expected: 10), give or take 5");
  }
}
