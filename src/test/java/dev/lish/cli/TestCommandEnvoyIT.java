package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import dev.lish.testing.Await;
import dev.lish.testing.Envoys;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code lish test} with real Envoys. */
class TestCommandEnvoyIT {
  @TempDir Path folder;

  private Result test(List<Envoys.Envoy> envoys, String... more) {
    List<String> arguments = new ArrayList<>(List.of("test", "mesh"));
    envoys.forEach(envoy -> arguments.addAll(List.of("--envoy", envoy.path().toString())));
    // Generous: whoever builds may be busy.
    arguments.addAll(List.of("--timeout", "90"));
    arguments.addAll(List.of(more));
    return new CommandLineRun(folder).run(arguments.toArray(String[]::new));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve("mesh").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Path sample() {
    return SampleMesh.copy(folder.resolve("mesh"), 9001, 9002, 9003);
  }

  private static void assertNothingLeft() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    String ours = "lish-test-" + ProcessHandle.current().pid();
    try (var files = Files.list(temporary)) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith(ours))).isEmpty();
    }
    assertThat(
            ProcessHandle.current()
                .children()
                .filter(p -> p.info().commandLine().orElse("").contains(ours)))
        .isEmpty();
  }

  @Test
  void theTestsOfTheSamplePassOnOldAndNewEnvoys() throws Exception {
    sample();
    Result result = test(Envoys.oldestAndNewest(), "--junit", "report.xml");
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("beta").contains("release").doesNotContain("FAILED");
    Document report =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("report.xml").toFile());
    assertThat(report.getElementsByTagName("testsuite").getLength())
        .isEqualTo(2 * Envoys.oldestAndNewest().size());
    assertThat(
            ((Element) report.getElementsByTagName("testsuite").item(0)).getAttribute("failures"))
        .isEqualTo("0");
    assertNothingLeft();
  }

  @Test
  void stateOfTheWorldAndAFailedExpectation() throws IOException {
    sample();
    write(
        "tests/edge.yaml",
        """
        envoy: { group: edge }
        tests:
          - name: retries are made
            request: { path: /orders }
            expect: { status: 200, attempts: 3 }
          - name: the drained endpoint gets nothing
            steps:
              - drain: { cluster: orders, endpoint: 1 }
              - request: { path: /orders }
                expect: { status: 503, upstream: none, eventually: 5s }
          - name: a reset shows
            steps:
              - upstream: { cluster: orders, reset: true }
              - request: { path: /orders }
                expect: { status: 503, upstream: orders }
          - name: all is well again
            request: { path: /orders }
            expect: { status: 200, upstream: orders, body: { contains: "orders 127.0.0.1:9003" } }
        """);
    Result result = test(List.of(Envoys.newest()), "--sotw", "--stage", "release");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .contains("FAILED")
        .contains("tests/edge.yaml:5: 1 attempts: [orders] (expected: 3)")
        .contains("1 of 9 FAILED");
    assertNothingLeft();
  }

  @Test
  void whatAnEnvoyRefusesIsToldWithItsLine() throws IOException {
    sample();
    SampleMesh.edit(
        folder.resolve("mesh"),
        "common/clusters/orders.yaml",
        Map.of("connect_timeout: 1s", "connect_timeout: 1s\nlb_policy: CLUSTER_PROVIDED"));
    Result result = test(List.of(Envoys.oldest()), "--stage", "beta");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .contains("common/clusters/orders.yaml:2: Envoy of beta/")
        .contains(" refuses the cluster: ")
        .contains("cluster provided LB specified")
        .contains("the end of Envoys' logs");
    assertNothingLeft();
  }

  @Test
  void aListenerThatIsRefusedIsNoReadyEnvoy() throws IOException {
    sample();
    SampleMesh.edit(
        folder.resolve("mesh"),
        "edge/listeners/edge.yaml",
        Map.of("stat_prefix: edge", "stat_prefix: edge\n          max_request_headers_kb: 9000"));
    Result result = test(Envoys.oldestAndNewest(), "--stage", "beta", "--junit", "report.xml");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .contains("edge/listeners/edge.yaml:10: Envoy of beta/edge")
        .contains("refuses the listener: Error adding/updating listener(s) edge: Proto constraint")
        .doesNotContain("goo.gle");
    assertThat(result.out().lines().filter(line -> line.contains("never  not run"))).hasSize(2);
    assertThat(result.out()).contains("  so 16 tests were not run").doesNotContain("FAILED");
    // The one that refused it, not the first that was started.
    assertThat(result.out())
        .containsPattern("logs, each once:\\n +Envoy of beta/edge\\?locality.zone=tokyo-[12]:");
    assertThat(folder.resolve("report.xml")).content().contains("<skipped message=\"not run");
  }

  @Test
  void whatIsMissingIsNotMadeUp() throws IOException {
    sample();
    write(
        "common/clusters/incomplete.yaml",
        """
        name: twin
        ---
        name: incomplete
        connect_timeout: 1s
        transport_socket_matches:
          - name: plain
            transport_socket: { name: plain, typed_config: { "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer } }
          - name: incomplete
            match: { twin: "yes" }
        """);
    Result result = test(Envoys.oldestAndNewest(), "--stage", "beta");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(
            result
                .out()
                .lines()
                .filter(
                    line ->
                        line.contains("common/clusters/incomplete.yaml:3: Envoy of beta/")
                            && line.contains("incomplete: Didn't find a registered")))
        .hasSize(2);
  }

  @Test
  void anAddressThatNoEnvoyTakesIsNotReplaced() throws IOException {
    sample();
    write(
        "common/clusters/named.yaml",
        """
        name: named
        connect_timeout: 1s
        type: EDS
        eds_cluster_config: { eds_config: { ads: {}, resource_api_version: V3 } }
        """);
    write(
        "common/endpoints/named.yaml",
        """
        cluster_name: named
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: host.example, port_value: 80 } } }
        """);
    Result result = test(List.of(Envoys.newest()), "--stage", "beta");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .contains("common/endpoints/named.yaml:4: Envoy of beta/")
        .contains("malformed IP address: host.example");
  }

  @Test
  void whatOneTestBreaksTheNextDoesNotSee() throws IOException {
    sample();
    write(
        "tests/edge.yaml",
        """
        envoy: { group: edge }
        tests:
          - name: does not render
            steps:
              - overlay: { edge/routes/edge.yaml.peb: "name: edge\\nvirtual_hots: []" }
              - { request: { path: /orders }, expect: { status: 200 } }
          - name: is refused
            steps:
              - overlay: { common/clusters/orders.yaml: "name: orders\\ntype: STATIC\\nlb_policy: CLUSTER_PROVIDED" }
              - { request: { path: /orders }, expect: { status: 200 } }
          - { name: is well, request: { path: /orders }, expect: { status: 200, upstream: orders } }
        """);
    for (String protocol : List.of("--sotw", "--parallel=1")) {
      Result result = test(Envoys.oldestAndNewest(), "--stage", "release", protocol);
      assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
      assertThat(result.out())
          .contains("edge/routes/edge.yaml.peb:2: RouteConfiguration \"edge\": unknown field")
          .contains("tests/edge.yaml:9: common/clusters/orders.yaml:1: Envoy of release/")
          .contains("2 of 8 FAILED")
          .doesNotContain("after the test");
    }
    assertNothingLeft();
  }

  @Test
  void twoClustersOfOneServiceAreToldApart() throws IOException {
    sample();
    write(
        "edge/clusters/twin.yaml",
        """
        name: twin
        type: EDS
        eds_cluster_config:
          service_name: "local:payments?tag=v1"
          eds_config: { ads: {}, resource_api_version: V3 }
        """);
    SampleMesh.edit(
        folder.resolve("mesh"),
        "edge/routes/edge.yaml.peb",
        Map.of("cluster: orders,", "cluster: twin,"));
    write(
        "tests/edge.yaml",
        """
        envoy: { group: edge }
        tests:
          - { name: twin, request: { path: /orders }, expect: { status: 200, upstream: twin } }
          - { name: payments, request: { path: /payments }, expect: { upstream: payments_v1 } }
        """);
    try (AdminApiStub api = new AdminApiStub()) {
      api.answer("POST /api/v1/push", 200, "{\"revision\": 8, \"changed\": true}");
      api.answer("GET /api/v1/delivery", 200, "{\"stages\": []}");
      api.answer("GET /api/v1/problems", 200, "{\"problems\": []}");
      api.answer("GET /api/v1/guard", 200, "{\"holds\": []}");
      String envoy = Envoys.newest().path().toString();
      Result result =
          new CommandLineRun(folder)
              .run(
                  "push",
                  "mesh",
                  "-m",
                  "Twin",
                  "--test",
                  "--stage",
                  "release",
                  "--envoy",
                  envoy,
                  "--timeout",
                  "90",
                  "--server",
                  api.url());
      assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
      assertThat(result.out()).contains("passed").contains("pushed as revision 8");
    }
  }

  @Test
  void anEndByCtrlCLeavesNothingBehind() throws Exception {
    assertThat(endBy("INT")).isEqualTo(130);
  }

  @Test
  void anEndBySigtermLeavesNothingBehind() throws Exception {
    assertThat(endBy("TERM")).isEqualTo(143);
  }

  @Test
  void aKilledTestLeavesNothingBehind() throws Exception {
    assertThat(endBy("KILL")).isEqualTo(137);
  }

  /** Its exit code, after which neither Envoys nor files may be there. */
  private int endBy(String signal) throws Exception {
    sample();
    write(
        "tests/edge.yaml",
        """
        envoy: { group: edge }
        tests:
          - name: takes long
            steps:
              - upstream: { cluster: orders, delay: 30s }
              - { request: { path: /orders, repeat: 100 }, expect: { status: 504 } }
        """);
    Process lish =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lish.cli.Main",
                "test",
                "mesh",
                "--stage",
                "release",
                "--envoy",
                Envoys.newest().path().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    try {
      Await.until(
          "Envoys run",
          Duration.ofSeconds(90),
          () -> lish.descendants().filter(TestCommandEnvoyIT::isEnvoy).count() == 3);
      List<ProcessHandle> started = lish.descendants().toList();
      assertThat(started).hasSizeGreaterThan(3);
      new ProcessBuilder("kill", "-" + signal, Long.toString(lish.pid())).start().waitFor();
      assertThat(lish.waitFor(30, TimeUnit.SECONDS)).isTrue();
      Await.until("all have ended", () -> started.stream().noneMatch(ProcessHandle::isAlive));
      try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
        assertThat(
                files.filter(f -> f.getFileName().toString().startsWith("lish-test-" + lish.pid())))
            .isEmpty();
      }
      return lish.exitValue();
    } finally {
      lish.destroyForcibly();
    }
  }

  private static boolean isEnvoy(ProcessHandle process) {
    return process.info().command().orElse("").equals(Envoys.newest().path().toString());
  }
}
