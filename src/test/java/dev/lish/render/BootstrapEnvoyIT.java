package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.Envoys.Envoy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real Envoys read what {@link Bootstrap} prints. */
class BootstrapEnvoyIT {
  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void envoyTakesItWithoutAWarning(Envoy envoy, @TempDir Path folder) throws Exception {
    accepts(envoy, folder, BootstrapTest.yaml(), "--service-node", "n", "--service-cluster", "c");
    accepts(
        envoy,
        folder,
        BootstrapTest.yaml("sotw=true"),
        "--service-node",
        "n",
        "--service-cluster",
        "c",
        "--service-zone",
        "z");
    accepts(
        envoy,
        folder,
        BootstrapTest.yaml(
            "node-id=edge-1",
            "node-cluster=edge",
            "metadata=stage=beta",
            "locality=zone=tokyo-1",
            "server=lish-1.example.com:18000",
            "server=[::1]:18000",
            "admin-port=0"));
  }

  @ParameterizedTest
  @MethodSource("dev.lish.testing.Envoys#oldestAndNewest")
  void envoyTakesItsTls(Envoy envoy, @TempDir Path folder) throws Exception {
    Path certificate = certificate(folder);
    for (String server : List.of("server=lish.example.com", "server=127.0.0.1")) {
      accepts(
          envoy,
          folder,
          BootstrapTest.yaml(
              "node-id=edge-1",
              "node-cluster=edge",
              server,
              "tls-ca=" + certificate,
              "tls-cert=" + certificate,
              "tls-key=" + folder.resolve("key.pem")));
    }
  }

  private static void accepts(Envoy envoy, Path folder, String yaml, String... flags)
      throws Exception {
    Path file = Files.writeString(folder.resolve("envoy.yaml"), yaml);
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(envoy.path().toString(), "--mode", "validate", "-c", file.toString()));
    command.addAll(List.of(flags));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("validation ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(log);
    assertThat(process.exitValue()).as("%s%n%s%n%s", envoy, yaml, printed).isZero();
    assertThat(printed.lines())
        .as("%s: deprecated fields and the like", envoy)
        .noneMatch(
            l -> l.contains("[warning]") || l.contains("[error]") || l.contains("[critical]"));
  }

  /** A self-signed certificate; its key lies beside it. */
  private static Path certificate(Path folder) throws Exception {
    Path certificate = folder.resolve("cert.pem");
    if (Files.notExists(certificate)) {
      Path store = folder.resolve("store.p12");
      run(
          "keytool",
          "-genkeypair",
          "-keyalg",
          "EC",
          "-groupname",
          "secp256r1",
          "-alias",
          "a",
          "-dname",
          "CN=lish",
          "-ext",
          "san=dns:lish.example.com,ip:127.0.0.1",
          "-ext",
          "bc:c",
          "-validity",
          "1",
          "-storetype",
          "PKCS12",
          "-storepass",
          "changeit",
          "-keystore",
          store.toString());
      java.security.KeyStore keys = java.security.KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(store)) {
        keys.load(in, "changeit".toCharArray());
      }
      Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
      Files.writeString(
          folder.resolve("key.pem"),
          pem("PRIVATE KEY", keys.getKey("a", "changeit".toCharArray()).getEncoded()));
    }
    return certificate;
  }

  private static String pem(String what, byte[] der) {
    String base64 = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  private static void run(String... command) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", command[0]).toString();
    command[0] = java;
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
  }
}
