package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.cli.CommandLineRun.Result;
import dev.lish.testing.Envoys;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a test file can ask for, on real Envoys: {@code src/test/resources/trial} has it all. */
class TestFilesEnvoyIT {
  private static final Path ALL = Path.of("src/test/resources/trial").toAbsolutePath();

  @TempDir Path folder;

  private Result test(Path mesh, List<Envoys.Envoy> envoys, String... more) {
    List<String> arguments = new ArrayList<>(List.of("test", mesh.toString()));
    envoys.forEach(envoy -> arguments.addAll(List.of("--envoy", envoy.path().toString())));
    arguments.addAll(List.of("--timeout", "90"));
    arguments.addAll(List.of(more));
    return new CommandLineRun(folder).run(arguments.toArray(String[]::new));
  }

  private static void assertAllPassed(Result result) {
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    assertThat(result.out())
        .contains("27 of 27 passed")
        .contains("differs: cluster asked: any certificate of the test's authority passes")
        .contains(
            "differs: cluster checked_thrift: active checks envoy.health_checkers.thrift find")
        .satisfies(out -> assertThat(out.lines().filter(l -> l.startsWith("differs:"))).hasSize(2));
  }

  @Test
  void everythingCanBeAskedForOnOldAndNewEnvoys() {
    assertAllPassed(test(ALL, Envoys.oldestAndNewest()));
  }

  @Test
  void andOverStateOfTheWorld() {
    assertAllPassed(test(ALL, List.of(Envoys.newest()), "--sotw"));
  }

  @Test
  void rulesAboutEnvoysCertificatesAreMetByCertificates() throws IOException {
    Path mesh = Files.createDirectories(folder.resolve("mesh"));
    Files.writeString(
        mesh.resolve("mesh.yaml"),
        """
        stages: [ { name: beta, nodes: { peer.san: "spiffe://mesh.example/beta/*" } }, { name: release } ]
        groups:
          - { name: payments, nodes: { peer.san: "*.payments.example" }, resources: [ "all/**" ] }
          - { name: others, by: { peer.san: [ a.example, b.example ] }, resources: [ "all/**" ] }
        """);
    Path listeners = Files.createDirectories(mesh.resolve("all/listeners"));
    Files.writeString(
        listeners.resolve("a.yaml.peb"),
        """
        name: a
        address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
        filter_chains:
          - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: a
                  http_filters:
                    - name: envoy.filters.http.router
                      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                  route_config:
                    virtual_hosts:
                      - name: a
                        domains: [ "*" ]
                        routes:
                          - match: { prefix: / }
                            direct_response: { status: 200, body: { inline_string: "{{ stage }} {{ group }}" } }
        """);
    Path tests = Files.createDirectories(mesh.resolve("tests"));
    Files.writeString(
        tests.resolve("a.yaml"),
        """
        tests:
          - { name: a, stages: [ beta ], envoy: { group: payments }, request: {}, expect: { body: beta payments } }
          - { name: b, stages: [ release ], envoy: { group: payments }, request: {}, expect: { body: release payments } }
          - { name: c, envoy: { group: others, peer.san: b.example }, request: {}, expect: { body: { contains: others } } }
        """);
    Result result = test(mesh, Envoys.oldestAndNewest());
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("4 of 4 passed").doesNotContain("differs");
  }

  @Test
  void namesThatTheMeshDoesNotHaveAreToldWithTheirLines() throws IOException {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 9001, 9002, 9003);
    Files.writeString(
        mesh.resolve("tests/edge.yaml"),
        """
        envoy: { group: edge }
        tests:
          - name: cluster
            request: { path: /orders }
            expect: { status: 200, upstream: odrers }
          - name: split
            request: { path: /orders }
            expect: { split: { orders: 50, billing: 50 } }
          - name: listener
            request: { path: /orders, listener: egde }
            expect: { status: 200 }
          - name: upstream
            steps:
              - upstream: { cluster: payment_v1, status: 500 }
          - name: endpoint
            steps:
              - drain: { cluster: orders, endpoint: 2 }
          - name: TLS where there is none
            request: { tls: true }
            expect: { status: 200 }
        """);
    Files.delete(mesh.resolve("tests/inner.yaml"));
    Result result = test(mesh, List.of(Envoys.newest()), "--stage", "release");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .contains(
            "tests/edge.yaml:5: expect: upstream odrers (expected: a cluster of this Envoy: orders,"
                + " payments_v1, payments_v2; did you mean \"orders\"?)",
            "tests/edge.yaml:8: expect: upstream billing (expected: a cluster of this Envoy:",
            "tests/edge.yaml:11: listener: egde (expected: one of edge; did you mean \"edge\"?)",
            "tests/edge.yaml:14: cluster payment_v1 (expected: one with endpoints: orders,"
                + " payments_v1, payments_v2; did you mean \"payments_v1\"?)",
            "tests/edge.yaml:17: endpoint 2 of orders (expected: 1..1)",
            "tests/edge.yaml:20: no answer: ",
            "6 of 8 FAILED");
  }
}
