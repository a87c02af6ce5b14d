package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real Envoys read what {@link Bootstrap} prints. */
class BootstrapEnvoyIT {
  @TempDir Path folder;

  @Test
  void envoyTakesItWithoutAWarning() throws Exception {
    List<Path> envoys = envoys();
    if (envoys.isEmpty()) {
      System.err.println("SKIPPED: no Envoy (set LISH_ENVOYS, or have envoy on PATH)");
      assertThat(System.getenv("CI")).as("an Envoy is required when CI=true").isNotEqualTo("true");
    }
    assumeThat(envoys).isNotEmpty();
    for (Path envoy : envoys) {
      accepts(envoy, BootstrapTest.yaml(), "--service-node", "n", "--service-cluster", "c");
      accepts(
          envoy,
          BootstrapTest.yaml("sotw=true"),
          "--service-node",
          "n",
          "--service-cluster",
          "c",
          "--service-zone",
          "z");
      accepts(
          envoy,
          BootstrapTest.yaml(
              "node-id=edge-1",
              "node-cluster=edge",
              "metadata=stage=beta",
              "locality=zone=tokyo-1",
              "server=lish-1.example.com:18000",
              "server=[::1]:18000",
              "admin-port=0"));
      for (String server : List.of("server=lish.example.com", "server=127.0.0.1")) {
        accepts(
            envoy,
            BootstrapTest.yaml(
                "node-id=edge-1",
                "node-cluster=edge",
                server,
                "tls-ca=" + certificate(),
                "tls-cert=" + certificate(),
                "tls-key=" + folder.resolve("key.pem")));
      }
    }
  }

  private void accepts(Path envoy, String yaml, String... flags) throws Exception {
    Path file = Files.writeString(folder.resolve("envoy.yaml"), yaml);
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(List.of(envoy.toString(), "--mode", "validate", "-c", file.toString()));
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
  private Path certificate() throws Exception {
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

  private static List<Path> envoys() throws IOException {
    String given = System.getenv("LISH_ENVOYS");
    if (given != null && !given.isEmpty()) {
      return Stream.of(given.split(File.pathSeparator, -1)).map(Path::of).toList();
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path root =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache", "lish")
            : Path.of(cache, "lish");
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(root)) {
      try (Stream<Path> folders = Files.list(root)) {
        folders
            .filter(f -> f.getFileName().toString().startsWith("envoy-"))
            .map(f -> f.resolve("envoy/_bin/envoy"))
            .filter(Files::isExecutable)
            .sorted()
            .forEach(found::add);
      }
    }
    String path = System.getenv().getOrDefault("PATH", "");
    if (found.isEmpty()) {
      Stream.of(path.split(File.pathSeparator, -1))
          .map(p -> Path.of(p, "envoy"))
          .filter(Files::isExecutable)
          .limit(1)
          .forEach(found::add);
    }
    return found;
  }
}
