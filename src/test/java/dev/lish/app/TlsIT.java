package dev.lish.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lish.testing.Await;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.TestCertificates;
import dev.lish.testing.TestCertificates.Pair;
import dev.lish.testing.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both doors with TLS, while their files change. */
class TlsIT {
  @TempDir Path folder;

  private LishServer lish(Pair server, Path clientCa) {
    String files = "certificate: %s, private_key: %s".formatted(server.certificate(), server.key());
    return LishServer.start(
        folder,
        SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3),
        "admin: { port: 0, tls: { " + files + " } }",
        "xds: { port: 0, tls: { " + files + ", client_ca: " + clientCa + ",",
        "  require_client_certificate: true }, limits: { stop_time: 1s } }");
  }

  @Test
  void newConnectionsGetTheNewCertificateAndTheNewAuthorities() throws IOException {
    TestCertificates authority = TestCertificates.authority(folder.resolve("authority"));
    TestCertificates other = TestCertificates.authority(folder.resolve("other"));
    Pair server = authority.issue("server", "ip:127.0.0.1");
    Pair renewed = authority.issue("renewed", "ip:127.0.0.1", "RSA", "-keysize", "2048");
    Path clientCa = folder.resolve("clients.crt");
    Files.copy(authority.certificate(), clientCa);
    try (LishServer lish = lish(server, clientCa)) {
      int port = lish.xdsPort();
      TlsClient known =
          TlsClient.of(
              authority.certificate(), Optional.of(authority.issue("a", "uri:spiffe://test/a")));
      TlsClient stranger =
          TlsClient.of(
              authority.certificate(), Optional.of(other.issue("b", "uri:spiffe://test/b")));
      TlsClient nobody = TlsClient.of(authority.certificate(), Optional.empty());
      assertThat(known.connect(port)).isEqualTo(TlsClient.certificate(server.certificate()));
      assertThatThrownBy(() -> stranger.connect(port)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> nobody.connect(port)).isInstanceOf(IOException.class);

      server.replaceBy(renewed);
      Await.until(
          "the renewed certificate is shown",
          () ->
              fresh(authority).connect(port).equals(TlsClient.certificate(renewed.certificate())));
      // What both have may have been resumed so far, and must be checked again from now on.
      known.connect(port);
      TestCertificates.put(other.certificate(), clientCa);
      Await.until("the other authority counts", () -> stranger.connect(port) != null);
      assertThatThrownBy(() -> known.connect(port)).isInstanceOf(IOException.class);
    }
  }

  private TlsClient fresh(TestCertificates authority) {
    return TlsClient.of(
        authority.certificate(),
        Optional.of(
            new Pair(
                folder.resolve("authority").resolve("a.crt"),
                folder.resolve("authority").resolve("a.key"))));
  }

  @Test
  void theAdminPortSpeaksTlsAndItsTokenIsForTheOwnerOnly() throws Exception {
    TestCertificates authority = TestCertificates.authority(folder.resolve("authority"));
    Pair server = authority.issue("server", "ip:127.0.0.1");
    try (LishServer lish = lish(server, authority.certificate())) {
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(TlsClient.of(authority.certificate(), Optional.empty()).context())
              .build();
      String api = "https://127.0.0.1:" + lish.lish().ports().admin() + "/api/v1";
      assertThat(status(client, HttpRequest.newBuilder(URI.create(api + "/status")).GET()))
          .isEqualTo(200);
      HttpRequest.BodyPublisher pause =
          HttpRequest.BodyPublishers.ofString(
              "{\"stage\": \"release\", \"reason\": \"a holiday\"}", UTF_8);
      URI command = URI.create(api + "/delivery/pause");
      assertThat(status(client, HttpRequest.newBuilder(command).POST(pause))).isEqualTo(401);
      assertThat(status(client, authorized(command, "wrong").POST(pause))).isEqualTo(401);
      Path file = lish.data().resolve("admin.token");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      Await.until(
          "the right token is taken",
          () ->
              status(client, authorized(command, Files.readString(file).strip()).POST(pause))
                  == 200);
    }
  }

  @Test
  void theAdminTokenCanComeFromAFile() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "from-a-file\n");
    try (LishServer lish =
        LishServer.start(
            folder,
            SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3),
            "admin: { port: 0, token_file: " + token + " }")) {
      assertThat(lish.lish().token()).isEqualTo("from-a-file");
      assertThat(lish.data().resolve("admin.token")).doesNotExist();
    }
  }

  private static HttpRequest.Builder authorized(URI uri, String token) {
    return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token);
  }

  private static int status(HttpClient client, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
