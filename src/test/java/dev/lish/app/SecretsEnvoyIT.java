package dev.lish.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.TestCertificates;
import dev.lish.testing.TestCertificates.Pair;
import dev.lish.testing.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A listener whose certificate comes from {@code secrets_dir}, on real Envoys. */
class SecretsEnvoyIT {
  @TempDir static Path certificates;
  private static TestCertificates authority;
  private static Pair server;
  private static Pair edge;
  private static Pair first;
  private static Pair second;

  @TempDir Path folder;
  private Path secrets;
  private Path mesh;

  @BeforeAll
  static void makeCertificates() {
    authority = TestCertificates.authority(certificates.resolve("authority"));
    server = authority.issue("server", "ip:127.0.0.1");
    edge = authority.issue("edge", "uri:spiffe://mesh.test/edge");
    first = authority.issue("first", "ip:127.0.0.1");
    second = authority.issue("second", "ip:127.0.0.1");
  }

  @BeforeEach
  void writeTheMesh() throws IOException {
    secrets = Files.createDirectories(folder.resolve("secrets"));
    install(first);
    mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    SampleMesh.edit(
        mesh,
        "edge/listeners/edge.yaml",
        Map.of(
            "filter_chains:\n  - filters:",
            """
            filter_chains:
              - transport_socket:
                  name: envoy.transport_sockets.tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                    common_tls_context:
                      tls_certificate_sds_secret_configs:
                        - { name: edge, sds_config: { ads: {}, resource_api_version: V3 } }
                filters:"""));
    Files.createDirectories(mesh.resolve("edge/secrets"));
    Files.writeString(
        mesh.resolve("edge/secrets/edge.yaml"),
        """
        name: edge
        tls_certificate:
          certificate_chain: { from_server: edge.crt }
          private_key: { from_server: edge.key }
        """);
  }

  private void install(Pair pair) {
    TestCertificates.put(pair.certificate(), secrets.resolve("edge.crt"));
    TestCertificates.put(pair.key(), secrets.resolve("edge.key"));
  }

  private LishServer lish(String... settings) {
    return LishServer.start(folder, mesh, "secrets_dir: " + secrets, String.join("\n", settings))
        .awaitReady();
  }

  private static EnvoyProcess envoy(
      Envoys.Envoy binary, LishServer lish, boolean sotw, String... more) {
    List<String> options =
        Stream.concat(
                Stream.of("locality.zone", "tokyo-1", "sotw", Boolean.toString(sotw)),
                Stream.of(more))
            .toList();
    return EnvoyProcess.start(
        binary, lish.bootstrap("edge-1", "edge-a", options.toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void aReplacedFileIsANewCertificateWithoutACommit(Envoys.Envoy binary, boolean sotw)
      throws IOException {
    try (LishServer lish =
            lish(
                "xds: { port: 0, limits: { stop_time: 1s }, tls: { certificate: "
                    + server.certificate(),
                "  , private_key: " + server.key() + ", client_ca: " + authority.certificate(),
                "  , require_client_certificate: true } }");
        EnvoyProcess envoy =
            envoy(
                binary,
                lish,
                sotw,
                "tls_ca",
                authority.certificate().toString(),
                "tls_cert",
                edge.certificate().toString(),
                "tls_key",
                edge.key().toString())) {
      envoy.awaitReady();
      lish.awaitNode("edge-1", "synced");
      assertThat(shown(envoy)).isEqualTo(TlsClient.certificate(first.certificate()));
      int head = lish.get("/status").path("head").asInt();
      TestCertificates.put(second.certificate(), secrets.resolve("edge.crt"));
      Await.until(
          "half a renewal is told",
          () -> lish.get("/problems").toString().contains("not the key of the first certificate"));
      TestCertificates.put(second.key(), secrets.resolve("edge.key"));
      Await.until(
          "the new certificate is shown",
          () -> shown(envoy).equals(TlsClient.certificate(second.certificate())));
      assertThat(lish.get("/status").path("head").asInt()).isEqualTo(head);
      assertThat(lish.recorder().responses("edge-1", ResourceType.LISTENER)).hasSize(1);
      lish.recorder().assertClean();
      envoy.log().assertNoWarnings(EnvoyMatrix.NO_CONNECTION_LIMIT);
      nothingTellsTheKey(lish);
    }
    nothingOnDiskHoldsTheKey();
  }

  private static java.security.cert.X509Certificate shown(EnvoyProcess envoy) throws IOException {
    return TlsClient.of(authority.certificate(), Optional.empty())
        .connect(envoy.listenerPort("edge"));
  }

  private static void nothingTellsTheKey(LishServer lish) throws IOException {
    for (String page :
        List.of("/nodes/edge-1/config", "/snapshots/release/edge?locality.zone=tokyo-1")) {
      String body = lish.get(page).toString();
      assertThat(body).contains("\"edge\"").contains("[redacted]");
      for (String line : keyLines()) {
        assertThat(body).doesNotContain(line);
      }
      assertThat(body).doesNotContain("BEGIN").doesNotContain(base64OfPem());
    }
  }

  /** A PEM text in a bytes field is printed in base64 of its own. */
  private static String base64OfPem() throws IOException {
    return java.util.Base64.getEncoder()
        .encodeToString(Files.readAllBytes(second.key()))
        .substring(0, 40);
  }

  private static List<String> keyLines() throws IOException {
    return Stream.concat(
            Files.readAllLines(first.key()).stream(), Files.readAllLines(second.key()).stream())
        .filter(line -> !line.startsWith("-") && !line.isBlank())
        .toList();
  }

  private void nothingOnDiskHoldsTheKey() throws IOException {
    assertThat(folder.resolve("data")).isDirectory();
    try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, ISO_8859_1);
        for (String line : keyLines()) {
          assertThat(content.contains(line)).as("%s holds a key", file).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void inCleartextNoSecretIsServedAndThatIsTold(Envoys.Envoy binary, boolean sotw) {
    try (LishServer lish = lish();
        EnvoyProcess envoy = envoy(binary, lish, sotw)) {
      lish.awaitNode("edge-1", "behind");
      Await.until(
          "the secret is withheld", () -> lish.get("/nodes/edge-1").path("types").has("secret"));
      lish.awaitNode("edge-1", "behind");
      JsonNode secret = lish.get("/nodes/edge-1").path("types").path("secret");
      assertThat(secret.path("message").asText()).contains("only over TLS").contains("insecure");
      assertThat(secret.path("sent").isNull()).isTrue();
      assertThat(lish.get("/problems").toString())
          .contains("edge/secrets/edge.yaml")
          .contains("secret edge is not served");
      assertThat(Http.get(lish.url("/metrics")).body())
          .contains("lish_xds_withheld_total{type=\"secret\"} 1.0");
      assertThat(lish.recorder().responses("edge-1", ResourceType.SECRET)).isEmpty();
      assertThat(lish.recorder().responses("edge-1", ResourceType.LISTENER)).isNotEmpty();
      assertThat(envoy.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void whereTheNetworkIsTrustedSecretsTravelInCleartext(Envoys.Envoy binary, boolean sotw)
      throws IOException {
    try (LishServer lish = lish("insecure: true");
        EnvoyProcess envoy = envoy(binary, lish, sotw)) {
      envoy.awaitReady();
      lish.awaitNode("edge-1", "synced");
      assertThat(shown(envoy)).isEqualTo(TlsClient.certificate(first.certificate()));
      assertThat(lish.get("/problems").path("problems")).isEmpty();
      lish.recorder().assertClean();
    }
  }
}
