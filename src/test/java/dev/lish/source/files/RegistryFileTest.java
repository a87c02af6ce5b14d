package dev.lish.source.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Locality;
import dev.lish.model.Problem;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Listing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistryFileTest {
  @Test
  void readsEveryKey() {
    Listing file =
        valid(
            """
            services:
              payments:
                tags: [v2]
                metadata: {owner: team-a, version: 1.10}
                instances:
                  - { id: a, address: 127.0.0.1, port: 9001, weight: 3, health: warning,
                      region: jp, zone: tokyo-1, sub_zone: r1, tags: [x], metadata: {owner: b} }
                  - { address: "::1", port: 9002 }
            """);
    assertThat(file.instances("payments", ""))
        .containsExactly(
            new Instance(
                "[::1]:9002",
                "::1",
                9002,
                Health.PASSING,
                1,
                Locality.UNKNOWN,
                new java.util.TreeMap<>(Map.of("owner", "team-a", "version", "1.10"))),
            new Instance(
                "a",
                "127.0.0.1",
                9001,
                Health.WARNING,
                3,
                new Locality("jp", "tokyo-1", "r1"),
                new java.util.TreeMap<>(Map.of("owner", "b", "version", "1.10"))));
    assertThat(file.catalog()).hasSize(1);
    assertThat(file.catalog().get(0).tags()).containsExactly("v2", "x");
  }

  @Test
  void readsTheShortForms() {
    Listing file = valid("services:\n  a: [127.0.0.1:9001, '[::1]:9002']\n  b: {instances: []}\n");
    assertThat(file.instances("a", "")).extracting(Instance::port).containsExactly(9001, 9002);
    assertThat(file.instances("b", "")).isEmpty();
    assertThat(file.instances("unknown", "")).isEmpty();
    assertThat(valid("services:\n").services()).isEmpty();
  }

  @Test
  void tagSelectsByServiceAndByInstance() {
    Listing file =
        valid(
            """
            services:
              a:
                tags: [all]
                instances:
                  - {address: 127.0.0.1, port: 1, tags: [v1]}
                  - {address: 127.0.0.1, port: 2, tags: [v2]}
            """);
    assertThat(file.instances("a", "all")).hasSize(2);
    assertThat(file.instances("a", "v2")).extracting(Instance::port).containsExactly(2);
    assertThat(file.instances("a", "v3")).isEmpty();
  }

  @Test
  void tellsEveryMistakeWithItsLine() {
    assertThat(
            broken(
                """
                services:
                  a:
                    tag: [v2]
                    instances:
                      - {address: localhost, port: 9001}
                      - {address: 127.0.0.1, port: 90000}
                      - {address: 127.0.0.1, port: "9001"}
                      - {address: 127.0.0.1}
                      - {address: 127.0.0.1, port: 1, health: fine}
                      - 127.0.0.1
                  a: []
                other: 1
                """))
        .anySatisfy(p -> says(p, 3, "unknown key tag (expected: instances, metadata, tags)"))
        .anySatisfy(p -> says(p, 5, "\"localhost\" (expected: an IPv4 or IPv6 address"))
        .anySatisfy(p -> says(p, 6, "port: 90000 (expected: a number, 1..65535)"))
        .anySatisfy(p -> says(p, 7, "port: \"9001\" (expected: a number"))
        .anySatisfy(p -> says(p, 8, "no port"))
        .anySatisfy(p -> says(p, 9, "health: \"fine\" (expected: passing, warning"))
        .anySatisfy(p -> says(p, 10, "(expected: ADDRESS:PORT"))
        .anySatisfy(p -> says(p, 11, "a twice"))
        .anySatisfy(p -> says(p, 12, "unknown key other"));
  }

  @Test
  void sameInstanceTwiceIsAMistake() {
    assertThat(broken("services:\n  a:\n    - 127.0.0.1:1\n    - 127.0.0.1:1\n"))
        .singleElement()
        .satisfies(p -> says(p, 4, "instance 127.0.0.1:1 twice"));
  }

  @Test
  void unusableTextIsAMistakeNotACrash() {
    assertThat(broken("")).anySatisfy(p -> says(p, 0, "an empty file"));
    assertThat(broken("a: [")).anySatisfy(p -> says(p, 1, "not valid YAML"));
    assertThat(broken("a:\n\t- b")).anySatisfy(p -> says(p, 2, "not valid YAML"));
    assertThat(broken("- a")).anySatisfy(p -> says(p, 1, "a list (expected: a map)"));
    assertThat(broken("services: {}\n---\nservices: {}\n"))
        .anySatisfy(p -> assertThat(p.message()).contains("a second document"));
    assertThat(broken("a: " + "[".repeat(100_000)))
        .anySatisfy(p -> says(p, 1, "nested deeper than 32 levels"));
    RegistryFile notText = RegistryFile.parse("f", ByteString.copyFrom(new byte[] {(byte) 0xff}));
    assertThat(notText).isInstanceOf(RegistryFile.Broken.class);
  }

  private static void says(Problem problem, int line, String text) {
    assertThat(problem.line()).isEqualTo(line);
    assertThat(problem.message()).contains(text);
  }

  private static Listing valid(String text) {
    RegistryFile file = RegistryFile.parse("f.yaml", ByteString.copyFromUtf8(text));
    assertThat(file).isInstanceOf(RegistryFile.Services.class);
    return ((RegistryFile.Services) file).listing();
  }

  private static List<Problem> broken(String text) {
    RegistryFile file = RegistryFile.parse("f.yaml", ByteString.copyFromUtf8(text));
    assertThat(file).isInstanceOf(RegistryFile.Broken.class);
    return ((RegistryFile.Broken) file).problems();
  }
}
