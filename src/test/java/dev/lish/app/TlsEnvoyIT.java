package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.TestCertificates;
import dev.lish.testing.TestCertificates.Pair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real Envoys over mTLS: who they are by certificate, and what a change of files does to them. */
class TlsEnvoyIT {
  @TempDir static Path certificates;
  private static TestCertificates authority;
  private static TestCertificates next;
  private static Pair server;
  private static Pair other;
  private static Pair edge;
  private static Pair inner;
  private static Pair renewed;

  @TempDir Path folder;

  @BeforeAll
  static void makeCertificates() {
    authority = TestCertificates.authority(certificates.resolve("authority"));
    next = TestCertificates.authority(certificates.resolve("next"));
    server = authority.issue("server", "ip:127.0.0.1");
    other = authority.issue("other", "dns:lish.test,ip:127.0.0.1", "RSA", "-keysize", "2048");
    edge = authority.issue("edge", "uri:spiffe://mesh.test/beta/edge");
    inner =
        authority.issue("inner", "uri:spiffe://mesh.test/release/in", "RSA", "-keysize", "2048");
    renewed = next.issue("renewed", "uri:spiffe://mesh.test/beta/edge");
  }

  private LishServer lish(Pair server, Path clientCa) {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    SampleMesh.edit(
        mesh,
        "mesh.yaml",
        Map.of(
            "nodes: { metadata.stage: beta }", "nodes: { peer.san: \"spiffe://mesh.test/beta/*\" }",
            "nodes: { cluster: \"inner-*\" }", "nodes: { peer.san: \"spiffe://mesh.test/*/in\" }"));
    return LishServer.start(
        folder,
        mesh,
        "xds: { port: 0, limits: { stop_time: 1s }, tls: { certificate: " + server.certificate(),
        "  , private_key: " + server.key() + ", client_ca: " + clientCa,
        "  , require_client_certificate: true } }");
  }

  private static String bootstrap(
      LishServer lish, Path authority, Pair own, String id, String cluster, boolean sotw) {
    return lish.bootstrap(
        id,
        cluster,
        "sotw",
        Boolean.toString(sotw),
        "locality.zone",
        "tokyo-1",
        "tls_ca",
        authority.toString(),
        "tls_cert",
        own.certificate().toString(),
        "tls_key",
        own.key().toString());
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aCertificateSaysWhichStageAndGroupAnEnvoyIsIn(Envoys.Envoy binary, boolean sotw) {
    Path ca = authority.certificate();
    try (LishServer lish = lish(server, ca).awaitReady();
        EnvoyProcess first =
            EnvoyProcess.start(binary, bootstrap(lish, ca, edge, "edge-1", "edge-a", sotw));
        EnvoyProcess second =
            EnvoyProcess.start(binary, bootstrap(lish, ca, inner, "in-1", "any", sotw))) {
      first.awaitReady();
      second.awaitReady();
      lish.awaitNode("edge-1", "synced");
      lish.awaitNode("in-1", "synced");
      assertThat(lish.get("/nodes/edge-1").path("stage").asText()).isEqualTo("beta");
      assertThat(lish.get("/nodes/edge-1").path("group").asText()).isEqualTo("edge");
      assertThat(lish.get("/nodes/in-1").path("stage").asText()).isEqualTo("release");
      assertThat(lish.get("/nodes/in-1").path("group").asText()).isEqualTo("inner");
      lish.recorder().assertClean();
      first.log().assertNoWarnings(EnvoyMatrix.NO_CONNECTION_LIMIT);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void changedFilesLeaveStreamsAloneAndCountForNewOnes(Envoys.Envoy binary, boolean sotw)
      throws Exception {
    Path clientCa = folder.resolve("clients.crt");
    Files.copy(authority.certificate(), clientCa);
    Pair own = new Pair(folder.resolve("server.crt"), folder.resolve("server.key"));
    own.replaceBy(server);
    Path ca = authority.certificate();
    try (LishServer lish = lish(own, clientCa).awaitReady();
        EnvoyProcess first =
            EnvoyProcess.start(binary, bootstrap(lish, ca, edge, "edge-1", "edge-a", sotw))) {
      first.awaitReady();
      lish.awaitNode("edge-1", "synced");
      TestCertificates.put(next.certificate(), clientCa);
      own.replaceBy(other);
      // An Envoy of the next authority comes in, which shows that the files count.
      try (EnvoyProcess second =
          EnvoyProcess.start(binary, bootstrap(lish, ca, renewed, "edge-2", "edge-a", sotw))) {
        second.awaitReady();
        lish.awaitNode("edge-2", "synced");
      }
      // One that comes now with the last authority's does not, and the stream of the first lives.
      try (EnvoyProcess late =
          EnvoyProcess.start(binary, bootstrap(lish, ca, edge, "edge-3", "edge-a", sotw))) {
        Await.until(
            "the late one tries again",
            () -> late.stat("cluster.lish.upstream_cx_total").orElse(0) > 1);
        assertThat(lish.recorder().streamsOf("edge-3")).isEmpty();
      }
      SampleMesh.edit(
          lish.mesh(),
          "values/beta.yaml",
          Map.of("greeting: hello, tester,", "greeting: hi, tester,"));
      lish.awaitServing("beta", lish.push("Another greeting"));
      lish.awaitNode("edge-1", "synced");
      Await.until(
          "the first has the new route", () -> first.get("/config_dump").contains("hi, tester,"));
      assertThat(lish.recorder().streamsOf("edge-1")).hasSize(1);
      lish.recorder().assertClean();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void anEnvoyDoesNotTalkToAServerOfAnotherName(Envoys.Envoy binary) {
    try (LishServer lish = lish(other, authority.certificate()).awaitReady();
        EnvoyProcess refusing = EnvoyProcess.start(binary, naming(lish, "edge-1", "wrong.test"));
        EnvoyProcess trusting = EnvoyProcess.start(binary, naming(lish, "edge-2", "lish.test"))) {
      trusting.awaitReady();
      lish.awaitNode("edge-2", "synced");
      Await.until(
          "the name is refused",
          () -> refusing.stat("cluster.lish.ssl.fail_verify_san").orElse(0) > 0);
      assertThat(lish.recorder().streamsOf("edge-1")).isEmpty();
    }
  }

  private static String naming(LishServer lish, String id, String san) {
    return lish.bootstrap(
        id,
        "edge-a",
        "locality.zone",
        "tokyo-1",
        "tls_ca",
        authority.certificate().toString(),
        "tls_cert",
        edge.certificate().toString(),
        "tls_key",
        edge.key().toString(),
        "tls_san",
        san);
  }
}
