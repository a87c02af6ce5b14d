package dev.lish.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lish.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
  private static final Path DOCS = Path.of("docs/lish.yaml.md");

  @Test
  void withoutAFileEverythingIsOnLoopback() {
    LishConfig config = LishConfig.defaults();

    assertThat(config.ports().xds().address()).isEqualTo("127.0.0.1");
    assertThat(config.ports().xds().port()).isEqualTo(18_000);
    assertThat(config.ports().admin().port()).isEqualTo(8080);
    assertThat(config.ports().admin().tokenForReading()).isFalse();
    assertThat(config.sources().centralDogma()).isEqualTo(new DogmaConfig.Embedded(36_462));
    assertThat(config.sources().registries()).isEmpty();
    assertThat(config.dataDir()).isEqualTo(Path.of("data"));
    assertThat(config.data().durable()).isTrue();
    assertThat(config.insecure()).isFalse();
  }

  @Test
  void aFileOfCommentsIsTheDefaults() {
    assertThat(right("# nothing yet\nxds:\n  # port: 1\n")).isEqualTo(LishConfig.defaults());
  }

  @Test
  void theSettingsOfTheComposeFileAreRight() throws IOException {
    LishConfig config = right(Files.readString(Path.of("docker/lish.yaml")));
    assertThat(config.sources().centralDogma()).isInstanceOf(DogmaConfig.Remote.class);
    assertThat(config.sources().registries()).hasSize(1);
  }

  @Test
  void theDocumentedExampleIsRight() throws IOException {
    LishConfig config = right(example());

    assertThat(config.ports().xds().tls().orElseThrow().requireClientCertificate()).isTrue();
    assertThat(config.ports().xds().limits().drainTime()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.ports().xds().limits().maxRequestBytes()).isEqualTo(16L << 20);
    DogmaConfig.Remote dogma = (DogmaConfig.Remote) config.sources().centralDogma();
    assertThat(dogma.hosts())
        .containsExactly(
            new HostPort("dogma-1.example.com", 36_462),
            new HostPort("dogma-2.example.com", 36_462));
    assertThat(dogma.token()).contains(Secret.inEnvironment("CENTRAL_DOGMA_TOKEN"));
    RegistryConfig.Consul consul = (RegistryConfig.Consul) config.sources().registries().get(0);
    assertThat(consul.datacenter()).contains("tokyo");
    assertThat(consul.load().waitTime()).isEqualTo(Duration.ofMinutes(1));
    assertThat(consul.load().connections()).isEqualTo(120);
    assertThat(config.replicas()).containsExactly("https://lish-2.example.com:8080");
  }

  @Test
  void theDocumentListsEveryKeyWithItsDefault() throws IOException {
    ConfigReader reader = new ConfigReader("lish.yaml");
    reader.read(
        """
        registries:
          - { name: a, consul: {} }
          - { name: b, files: { path: b.yaml } }
          - { name: c, http: { url: "http://127.0.0.1/" } }
        """);
    Map<String, String> documented = new TreeMap<>();
    Matcher row =
        Pattern.compile(
                "^\\| `([^`]+)` \\| (?:`([^`]*)`)? ?\\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE)
            .matcher(Files.readString(DOCS));
    while (row.find()) {
      documented.put(row.group(1), row.group(2) == null ? "" : row.group(2));
    }
    assertThat(documented).isEqualTo(new TreeMap<>(reader.keys()));
  }

  @Test
  void anUnknownKeyIsToldWithItsLineAndAGuess() {
    assertThat(wrong("xds:\n  prot: 18000\n").get(0))
        .startsWith("lish.yaml:2: xds.prot: unknown key (did you mean port? known here: address,");
    assertThat(wrong("registres: []\n").get(0)).contains("did you mean registries?");
    assertThat(wrong("registries:\n  - { name: a, htp: { url: x } }\n"))
        .anyMatch(p -> p.startsWith("lish.yaml:2: registries[].htp: unknown key"));
  }

  @Test
  void everyMistakeOfAnHttpRegistryIsToldWithItsLine() {
    assertThat(
            wrong(
                """
                registries:
                  - name: a
                    http:
                      url: ftp://example.com/
                      every: 1ms
                      max_bytes: 1GiB
                      header: x-key
                      certificate: a.crt
                      map:
                        adress: /ip
                        port: port
                        states: { passing: [ up ], critical: [ up ] }
                  - { name: b, http: {} }
                  - { name: c, http: { url: "http://127.0.0.1/", trusted_ca: a.crt } }
                  - { name: d, http: { url: "http://127.0.0.1/" }, files: { path: d.yaml } }
                """))
        .extracting(line -> line.replaceAll("did you mean.*", "…"))
        .containsExactly(
            "lish.yaml:4: registries[].http.private_key: missing (expected: a file, PEM)",
            "lish.yaml:4: registries[].http.url: ftp://example.com/ (expected:"
                + " http(s)://HOST[:PORT]/PATH, without user and password)",
            "lish.yaml:5: registries[].http.every: 1ms (expected: a duration such as 30s or 10m,"
                + " 100ms..3600s)",
            "lish.yaml:6: registries[].http.max_bytes: 1GiB (expected: a size such as 64KiB or"
                + " 4MiB, up to 256MiB)",
            "lish.yaml:7: registries[].http.header: given without a token (expected: token,"
                + " token_file or token_env)",
            "lish.yaml:10: registries[].http.map.adress: unknown key (…",
            "lish.yaml:11: registries[].http.map.port: port (expected: a JSON pointer such as"
                + " /data/instances, or \"\" for the whole document)",
            "lish.yaml:12: registries[].http.map.states.critical: up is passing too (expected: one"
                + " of them)",
            "lish.yaml:13: registries[].http.url: missing (expected: the address of a JSON"
                + " document)",
            "lish.yaml:14: registries[].http.trusted_ca: given without TLS (expected: url:"
                + " https://…)",
            "lish.yaml:15: registries[].name: d has none or several kinds (expected: one of"
                + " consul, files, http)");
  }

  @Test
  void everyMistakeIsToldAtOnceAndInOrder() {
    assertThat(
            wrong(
                """
                xds:
                  port: many
                  limits:
                    ack_wait: 30
                    max_request_bytes: 4MB
                    max_streams: 0
                insecure: yes
                log_level: loud
                registries: consul
                """))
        .containsExactly(
            "lish.yaml:2: xds.port: many (expected: a whole number, 0..65535)",
            "lish.yaml:4: xds.limits.ack_wait: 30 (expected: a duration such as 30s or 10m, 100ms..3600s)",
            "lish.yaml:5: xds.limits.max_request_bytes: 4MB (expected: a size such as 64KiB or"
                + " 4MiB, up to 256MiB)",
            "lish.yaml:6: xds.limits.max_streams: 0 (expected: a whole number, 1..1000000)",
            "lish.yaml:7: insecure: yes (expected: true or false)",
            "lish.yaml:8: log_level: loud (expected: trace, debug, info, warn or error)",
            "lish.yaml:9: registries: consul (expected: a list of mappings)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xds", "admin"})
  void aDoorOffLoopbackNeedsTlsOrATrustedNetwork(String door) {
    String open = door + ":\n  address: 0.0.0.0\n";
    assertThat(wrong(open))
        .containsExactly(
            "lish.yaml:2: "
                + door
                + ".address: 0.0.0.0 is not loopback and has no tls (expected:"
                + " tls, or insecure: true if the network is trusted)");
    right(open + "insecure: true\n");
    right(open + "  tls: { certificate: a.crt, private_key: a.key }\n");
    for (String loopback : List.of("127.0.0.2", "localhost", "\"::1\"")) {
      right(door + ":\n  address: " + loopback + "\n");
    }
    for (String other : List.of("192.0.2.1", "\"::\"", "\"2001:db8::1\"")) {
      assertThat(wrong(door + ":\n  address: " + other + "\n")).hasSize(1);
    }
    assertThat(wrong(door + ":\n  address: lish.example.com\n").get(0))
        .contains("expected: an IP address to listen on");
  }

  @Test
  void offLoopbackReadingNeedsTheTokenToo() {
    assertThat(
            right("insecure: true\nadmin: { address: 0.0.0.0 }\n")
                .ports()
                .admin()
                .tokenForReading())
        .isTrue();
  }

  @Test
  void tlsNeedsBothFilesAndAClientCaToRequireCertificates() {
    assertThat(wrong("xds:\n  tls: { certificate: a.crt }\n"))
        .containsExactly("lish.yaml:2: xds.tls.private_key: missing (expected: a file, PEM)");
    assertThat(
            wrong(
                """
                xds:
                  tls:
                    certificate: a.crt
                    private_key: a.key
                    require_client_certificate: true
                """))
        .containsExactly(
            "lish.yaml:5: xds.tls.require_client_certificate: true without client_ca (expected:"
                + " both)");
  }

  @Test
  void replicasNeedASharedCentralDogmaAndSharedRegistries() {
    assertThat(wrong("replicas: [ \"http://other:8080\" ]\n").get(0))
        .startsWith("lish.yaml:1: replicas: given with an embedded Central Dogma");
    String shared = "central_dogma: { hosts: [ dogma ] }\nreplicas: [ \"http://other:8080\" ]\n";
    right(shared);
    assertThat(wrong(shared + "registries:\n  - { name: f, files: { path: f.yaml } }\n").get(0))
        .startsWith("lish.yaml:2: replicas: given with the registry f, a file of this host alone");
  }

  @Test
  void centralDogmaIsEitherEmbeddedOrReal() {
    assertThat(wrong("central_dogma: {}\n").get(0)).contains("central_dogma.hosts: missing");
    assertThat(
            wrong(
                    """
                    central_dogma: { hosts: [ a ] }
                    embedded_central_dogma: { port: 1 }
                    """)
                .get(0))
        .startsWith("lish.yaml:2: embedded_central_dogma: given together with central_dogma");
    assertThat(wrong("central_dogma: { hosts: [ a ], repository: x, own_repository: x }\n").get(0))
        .contains("own_repository: x is the mesh's repository too");
    assertThat(wrong("central_dogma: { hosts: [ \"a:b\" ] }\n"))
        .contains("lish.yaml:1: central_dogma.hosts: a:b (expected: HOST:PORT)");
    DogmaConfig.Remote remote =
        (DogmaConfig.Remote)
            right("central_dogma: { hosts: [ \"[::1]:1\" ], path: /mesh }\n")
                .sources()
                .centralDogma();
    assertThat(remote.path()).isEqualTo("/mesh/");
    assertThat(remote.hosts().get(0)).hasToString("[::1]:1");
  }

  @Test
  void aRegistryHasOneNameAndOneKind() {
    assertThat(wrong("registries:\n  - { name: a }\n").get(0))
        .contains("a has none or several kinds (expected: one of consul, files, http)");
    assertThat(wrong("registries:\n  - { consul: {} }\n").get(0))
        .contains("registries[].name: missing");
    assertThat(wrong("registries:\n  - { name: a, consul: {} }\n  - { name: a, consul: {} }\n"))
        .containsExactly(
            "lish.yaml:3: registries[].name: a is another's name too (expected: one of each)");
    assertThat(wrong("registries:\n  - { name: a, consul: { trusted_ca: ca.pem } }\n"))
        .containsExactly(
            "lish.yaml:2: registries[].consul.trusted_ca: given without TLS (expected: tls:"
                + " true)");
  }

  @Test
  void aSecretComesFromOnePlaceAndIsNeverPrinted(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "s3cret\n");
    LishConfig config = right("central_dogma: { hosts: [ a ], token_file: " + file + " }\n");
    Secret secret = ((DogmaConfig.Remote) config.sources().centralDogma()).token().orElseThrow();
    assertThat(secret.read()).isEqualTo("s3cret");
    Files.writeString(file, "other");
    assertThat(secret.read()).isEqualTo("other");
    assertThat(right("central_dogma: { hosts: [ a ], token: s3cret }\n").toString())
        .doesNotContain("s3cret")
        .contains("(redacted)");
    assertThat(wrong("central_dogma: { hosts: [ a ], token: s3cret, token_env: T }\n").toString())
        .doesNotContain("s3cret")
        .contains("expected: one of them");
    assertThat(Secret.inEnvironment("PATH").read()).isEqualTo(System.getenv("PATH"));
    assertThatThrownBy(Secret.inEnvironment("LISH_NOT_SET")::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("environment variable LISH_NOT_SET");
    Files.writeString(file, " \n");
    assertThatThrownBy(secret::read).hasMessageContaining("empty or not set");
  }

  @Test
  void whatIsNotYamlIsToldWithItsLine() {
    assertThat(wrong("xds:\n\tport: 1\n").get(0)).startsWith("lish.yaml:2: not YAML: ");
    assertThat(wrong("a: 1\n---\nb: 2\n").get(0)).contains("not YAML: ");
    assertThat(wrong("- a\n").get(0))
        .isEqualTo("lish.yaml:1: a list (expected: a mapping of keys to values)");
    assertThat(wrong("insecure: true\ninsecure: false\n").get(0))
        .isEqualTo("lish.yaml:2: insecure: given twice (expected: once)");
  }

  private static String example() throws IOException {
    String docs = Files.readString(DOCS);
    int start = docs.indexOf("```yaml\n") + "```yaml\n".length();
    return docs.substring(start, docs.indexOf("```", start));
  }

  private static LishConfig right(String text) {
    return LishConfig.parse("lish.yaml", text)
        .match(
            LishConfig.Outcome.Settings::config,
            wrong -> {
              throw new AssertionError(wrong.problems().toString());
            });
  }

  private static List<String> wrong(String text) {
    return LishConfig.parse("lish.yaml", text)
        .match(
            settings -> {
              throw new AssertionError("expected to be wrong: " + text);
            },
            wrong -> wrong.problems().stream().map(Problem::toString).toList());
  }
}
