package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden mesh of thirty extensions on real Envoys: what Lish makes of YAML is what Envoy reads,
 * and secrets, extension configs and runtime layers arrive.
 */
class ExtensionsEnvoyIT {
  private static final Path MESH = Path.of("src/test/resources/mesh/extensions/in");
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void everyExtensionIsAcceptedAndSecretsAndExtensionConfigsWork(Envoys.Envoy binary, boolean sotw)
      throws Exception {
    Path mesh = copy();
    String serial = writeCertificate(Files.createDirectory(folder.resolve("secrets")));
    String settings = "insecure: true\nsecrets_dir: " + folder.resolve("secrets");
    try (LishServer lish = LishServer.start(folder, mesh, settings).awaitReady();
        EnvoyProcess envoy =
            EnvoyProcess.start(
                binary, lish.bootstrap("edge-1", "edge", "sotw", Boolean.toString(sotw)))) {
      envoy.awaitReady();
      lish.awaitNode("edge-1", "synced");
      JsonNode types = lish.get("/nodes/edge-1").path("types");
      for (String type : new String[] {"cluster", "listener", "route", "secret", "extension"}) {
        assertThat(types.path(type).path("acked").asText())
            .as(type)
            .isNotEmpty()
            .isEqualTo(types.path(type).path("sent").asText());
      }
      // The extension config adds a header; the braces show that a plain file is no template.
      Http.Answer answer =
          Http.get(
              "http://127.0.0.1:" + envoy.listenerPort("http") + "/", "x-forwarded-proto", "a");
      assertThat(answer.header("x-ecds")).isEqualTo("{{ yes }}");
      assertThat(envoy.runtime("split")).isEqualTo(Optional.of("0"));
      assertThat(envoy.get("/certs")).as("the certificate of secrets_dir").contains(serial);
      String shown = lish.get("/nodes/edge-1/config").toString();
      assertThat(shown).contains("[redacted]").doesNotContain("TOPSECRET", "VE9QU0VDUkVU");
      lish.recorder().assertClean();
    }
  }

  private Path copy() throws IOException {
    Path mesh = folder.resolve("mesh");
    try (Stream<Path> files = Files.walk(MESH)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = mesh.resolve(MESH.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(
            target,
            Files.readString(file)
                .replaceAll("port_value: 107\\d\\d", "port_value: 0")
                .replace("split: 100", "split: 0"));
      }
    }
    return mesh;
  }

  /** Its serial number. */
  private static String writeCertificate(Path secrets)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path store = secrets.resolve("store.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "a",
                "-dname",
                "CN=lish",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    assertThat(exit).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Files.writeString(
        secrets.resolve("cert.pem"), pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
    Files.writeString(
        secrets.resolve("key.pem"), pem("PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded()));
    Files.delete(store);
    return ((X509Certificate) keys.getCertificate("a")).getSerialNumber().toString(16);
  }

  private static String pem(String what, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
  }
}
