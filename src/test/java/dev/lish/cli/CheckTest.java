package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lish.cli.CommandLineRun.Result;
import dev.lish.testing.JsonSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class CheckTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENDPOINTS =
      "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
  private static final String CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

  @TempDir private Path folder;
  private CommandLineRun lish = new CommandLineRun(Path.of(""));

  @BeforeEach
  void writeAMesh() throws IOException {
    lish = new CommandLineRun(folder);
    write(
        "mesh/mesh.yaml",
        """
        stages:
          - { name: beta, nodes: { metadata.stage: beta } }
          - { name: canary, renders: release, percent: 5 }
          - { name: release }
        groups:
          - name: edge
            nodes: { cluster: "edge-*" }
            by: { locality.zone: [ a, b ] }
            resources: [ "common/**" ]
        """);
    write(
        "mesh/common/clusters/b.yaml",
        """
        name: b
        type: EDS
        eds_cluster_config:
          service_name: "consul:payments?tag=v2"
          eds_config: { ads: {}, resource_api_version: V3 }
        """);
    write("mesh/common/clusters/a.yaml", "name: a\nconnect_timeout: 1s\n");
    write(
        "consul.yaml",
        """
        services:
          payments:
            - { id: p1, address: 10.0.0.1, port: 80, tags: [ v2 ] }
            - { id: p2, address: 10.0.0.2, port: 80, tags: [ v1 ] }
        """);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void theSampleMeshIsFine() {
    Result result = new CommandLineRun(Path.of("")).run("check", "config");
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("config: ").endsWith(": fine\n");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void aRegistryWithoutDataIsEmptyWithAWarning() {
    Result result = lish.run("check", "mesh");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .contains("warning: registry consul has no data here", "--registry consul=FILE")
        .contains("mesh: 3 files, 3 stages, 4 snapshots: fine");
    assertThat(lish.run("check", "mesh", "--registry", "consul=consul.yaml").err())
        .doesNotContain("warning: registry");
  }

  @Test
  void everyProblemIsToldOnceWithItsPlace() throws IOException {
    write("mesh/common/clusters/a.yaml", "name: a\nconect_timeout: 1s\n");
    write("mesh/common/clusters/c.yaml", "name: c\ntype: WRONG\n");
    Result result = lish.run("check", "mesh");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out().lines().filter(l -> l.startsWith("common/"))).hasSize(2);
    assertThat(result.out())
        .contains("common/clusters/a.yaml:2: ", "connect_timeout")
        .contains("common/clusters/c.yaml:2: ");
    assertThat(result.err()).contains("2 errors");
    JsonNode json = tree(lish.run("check", "mesh", "-o", "json").out());
    assertThat(json.path("problems")).hasSize(2);
    assertThat(json.path("problems").get(0).path("path").asText())
        .isEqualTo("common/clusters/a.yaml");
    assertThat(json.path("problems").get(0).path("line").asInt()).isEqualTo(2);
    assertThat(json.path("problems").get(0).path("severity").asText()).isEqualTo("error");
  }

  @Test
  void programsAndReviewsGetTheirFormats() throws IOException {
    write("mesh/common/clusters/a.yaml", "name: a\nconnect_timeout: 0s # <&,\n");
    JsonNode problem = tree(lish.run("check", "mesh", "-o", "json").out()).path("problems").get(0);
    assertThat(problem.path("rule").asText()).isEqualTo("constraint");
    assertThat(problem.path("line").asInt()).isEqualTo(2);
    assertThat(problem.path("message").asText())
        .isEqualTo("Cluster \"a\" connect_timeout: found 0s (expected: above 0s)");
    assertThat(problem.path("page").asText()).isEqualTo("docs/checks.md#constraint");
    assertThat(lish.run("check", "mesh", "-o", "github").out())
        .isEqualTo(
            "::error file=mesh/common/clusters/a.yaml,line=2,title=lish check%3A constraint::"
                + "Cluster \"a\" connect_timeout: found 0s (expected: above 0s)\n");
    JsonNode run = tree(lish.run("check", "./mesh/", "-o", "sarif").out()).path("runs").get(0);
    assertThat(run.path("tool").path("driver").path("rules").get(0).path("id").asText())
        .isEqualTo("constraint");
    JsonNode result = run.path("results").get(0);
    assertThat(result.path("level").asText()).isEqualTo("error");
    JsonNode place = result.path("locations").get(0).path("physicalLocation");
    assertThat(place.path("artifactLocation").path("uri").asText())
        .isEqualTo("mesh/common/clusters/a.yaml");
    assertThat(place.path("region").path("startLine").asInt()).isEqualTo(2);
    assertThat(lish.run("check", "mesh", "-o", "junit").out())
        .contains(
            "<testsuite name=\"lish check\" tests=\"1\" failures=\"1\">",
            "<failure message=\"Cluster &quot;a&quot; connect_timeout: found 0s");
    assertThat(lish.run("check", "mesh", "-o", "xml").exitCode()).isEqualTo(2);
  }

  @Test
  void sarifNamesPlacesAsUrisAndRulesWithTheirLevel() throws IOException {
    write("mesh/common/clusters/a b é.yaml", "name: accents\nconnect_timeout: 0s\n");
    JsonNode run = tree(lish.run("check", "mesh", "-o", "sarif").out()).path("runs").get(0);
    assertThat(run.path("results").get(0).findValue("uri").asText())
        .isEqualTo("mesh/common/clusters/a%20b%20%C3%A9.yaml");
    // A Git host knows no path of the machine that checked.
    String whole = folder.resolve("mesh").toAbsolutePath().toString();
    assertThat(lish.run("check", whole, "-o", "github").out())
        .startsWith("::error file=mesh/common/clusters/a b é.yaml,line=2,");
    JsonNode rule = run.path("tool").path("driver").path("rules").get(0);
    assertThat(rule.path("defaultConfiguration").path("level").asText()).isEqualTo("error");
    assertThat(rule.path("help").path("text").asText()).contains("docs/checks.md#constraint");
  }

  /** {@code src/test/resources/sarif} says where the schema is from. */
  @Test
  void sarifIsValidByItsSchema() throws IOException {
    JsonNode schema =
        JSON.readTree(Path.of("src/test/resources/sarif/sarif-schema-2.1.0.json").toFile());
    write("mesh/common/clusters/b.yaml", "name: b\nconect_timeout: 0s\n");
    write("mesh/common/clusters/c é.yaml.peb", "name: c\nconnect_timeout: {{ 0 }}s\n");
    write("mesh/common/clusters/d.yaml.peb", "name: {{ nothing }}\n");
    for (String severity : new String[] {"error", "info"}) {
      Result told = lish.run("check", "mesh", "-o", "sarif", "--severity", severity);
      assertThat(tree(told.out()).path("runs").get(0).path("results")).isNotEmpty();
      assertThat(JsonSchema.wrong(schema, tree(told.out()))).isEmpty();
    }
    ObjectNode broken = (ObjectNode) tree(lish.run("check", "mesh", "-o", "sarif").out());
    broken.put("nonsense", 1).remove("version");
    assertThat(JsonSchema.wrong(schema, broken))
        .contains("/ (expected: \"version\")", "/nonsense (expected: no such property)");
  }

  /** The elements and attributes that Surefire writes, which CI systems read. */
  @Test
  void junitHasTheFormThatSurefireWrites() throws Exception {
    write("mesh/common/clusters/a.yaml", "name: a\nconnect_timeout: 0s\n");
    write("mesh/common/clusters/b.yaml", "name: b\nconnect_timeout: \"<&\\u0001>\"\n");
    byte[] text = lish.run("check", "mesh", "-o", "junit").out().getBytes(StandardCharsets.UTF_8);
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(text))
            .getDocumentElement();
    Element suite =
        root.getTagName().equals("testsuites")
            ? (Element) root.getElementsByTagName("testsuite").item(0)
            : root;
    assertThat(suite.getTagName()).isEqualTo("testsuite");
    NodeList cases = suite.getElementsByTagName("testcase");
    assertThat(cases.getLength()).isEqualTo(Integer.parseInt(suite.getAttribute("tests")));
    for (int i = 0; i < cases.getLength(); i++) {
      Element one = (Element) cases.item(i);
      assertThat(one.getAttribute("name")).isNotEmpty();
      assertThat(one.getAttribute("classname")).isNotEmpty();
    }
    NodeList failures = suite.getElementsByTagName("failure");
    assertThat(failures.getLength()).isEqualTo(Integer.parseInt(suite.getAttribute("failures")));
    assertThat(((Element) failures.item(0)).getAttribute("message")).isNotEmpty();
  }

  @Test
  void envoyVersionsAreTakenFromTheOptionAndUnknownOnesRefused() throws IOException {
    write(
        "mesh/common/clusters/a.yaml",
        """
        name: a
        transport_socket:
          name: tls
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
            enforce_rsa_key_usage: true
        """);
    assertThat(lish.run("check", "mesh").out()).isEmpty();
    Result found =
        lish.run("check", "mesh", "--envoy-version", "1.36", "--envoy-version", "v1.40.0");
    assertThat(found.exitCode()).isZero();
    assertThat(found.out())
        .startsWith("common/clusters/a.yaml:6: warning: ")
        .contains("deprecated in Envoy 1.40, since 1.38", "[deprecated-in-version]");
    Result unknown = lish.run("check", "mesh", "--envoy-version", "1.99");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("--envoy-version 1.99 (expected: one of 1.32, 1.35, 1.36");
  }

  @Test
  void whatFailsIsWhatIsAskedToFail() throws IOException {
    write(
        "mesh/common/clusters/a.yaml",
        "name: a\ncommon_lb_config: { healthy_panic_threshold: { value: 0 } }\n");
    Result warning = lish.run("check", "mesh");
    assertThat(warning.exitCode()).isZero();
    assertThat(warning.out()).contains("a.yaml:2: warning: ", "[panic-off]");
    assertThat(warning.out()).doesNotContain("no-circuit-breaker");
    assertThat(lish.run("check", "mesh", "--severity", "error").out()).isEmpty();
    assertThat(lish.run("check", "mesh", "--severity", "info").out())
        .contains("a.yaml:1: info: ", "[no-circuit-breaker]");
    Result failing = lish.run("check", "mesh", "--fail-on", "warning");
    assertThat(failing.exitCode()).isEqualTo(1);
    assertThat(failing.err()).contains("1 warning").doesNotContain("fine");
    assertThat(lish.run("check", "mesh", "--fail-on", "warning", "-o", "junit").out())
        .contains("tests=\"1\" failures=\"1\"");
    assertThat(lish.run("check", "mesh", "-o", "junit").out())
        .contains("tests=\"1\" failures=\"0\"");
    assertThat(lish.run("check", "mesh", "--fail-on", "never").exitCode()).isEqualTo(2);
  }

  @Test
  void linksOutOfTheFolderAreNotFollowedAndHiddenFilesNotRead() throws IOException {
    write("outside.yaml", "name: outside\n");
    write("mesh/.git/clusters/x.yaml", "wrong: true\n");
    Path clusters = folder.resolve("mesh/common/clusters");
    Files.createSymbolicLink(clusters.resolve("out.yaml"), folder.resolve("outside.yaml"));
    Files.createSymbolicLink(clusters.resolve("gone.yaml"), folder.resolve("nothing"));
    Files.createSymbolicLink(clusters.resolve("in.txt"), clusters.resolve("a.yaml"));
    Result result = lish.run("check", "mesh");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out().lines())
        .containsExactly(
            "common/clusters/gone.yaml: a link to nothing (expected: a file) [unreadable-file]",
            "common/clusters/out.yaml: a link out of the folder (expected: a file in it) [unreadable-file]");
  }

  @Test
  void aWrongRegistryFileIsAProblem() throws IOException {
    write("consul.yaml", "services: 5\n");
    Result result = lish.run("check", "mesh", "--registry", "consul=consul.yaml");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).startsWith("consul.yaml:1: ");
  }

  @Test
  void whatIsNotThereIsABrokenWorldAndWhatIsWrongWrongUsage() throws IOException {
    assertThat(lish.run("check", "none").exitCode()).isEqualTo(3);
    assertThat(lish.run("check", "consul.yaml").err()).contains("consul.yaml: not a folder");
    assertThat(lish.run("check", "mesh", "--registry", "consul=none").exitCode()).isEqualTo(3);
    assertThat(lish.run("check", "mesh", "--registry", "consul").exitCode()).isEqualTo(2);
    assertThat(lish.run("check").exitCode()).isEqualTo(2);
    Files.delete(folder.resolve("mesh/mesh.yaml"));
    Result noMesh = lish.run("check", "mesh");
    assertThat(noMesh.exitCode()).isEqualTo(1);
    assertThat(noMesh.out()).startsWith("mesh.yaml: ");
  }

  @Test
  void renderPrintsWhatTheEnvoyWouldGet() throws IOException {
    String[] command = {
      "render",
      "mesh",
      "--stage",
      "release",
      "--node-cluster",
      "edge-web",
      "--locality",
      "zone=a",
      "--registry",
      "consul=consul.yaml"
    };
    Result result = lish.run(command);
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    JsonNode json = tree(result.out());
    assertThat(json.path("version").asText()).hasSize(32);
    JsonNode resources = json.path("resources");
    assertThat(resources.path(CLUSTERS))
        .extracting(c -> c.path("name").asText())
        .containsExactly("a", "b");
    JsonNode assignment = resources.path(ENDPOINTS).get(0);
    assertThat(assignment.path("cluster_name").asText()).isEqualTo("consul:payments?tag=v2");
    assertThat(assignment.toString()).contains("10.0.0.1");
    assertThat(assignment.toString()).doesNotContain("10.0.0.2");
    assertThat(lish.run(command)).isEqualTo(result);
    String[] yaml = java.util.Arrays.copyOf(command, command.length + 2);
    yaml[command.length] = "-o";
    yaml[command.length + 1] = "yaml";
    assertThat(lish.run(yaml).out()).startsWith("version: ").contains("cluster_name: consul:pay");
  }

  @Test
  void renderWithoutDataHasAnEmptyAssignmentAndAWarning() throws IOException {
    Result result =
        lish.run(
            "render",
            "mesh",
            "--stage",
            "beta",
            "--node-cluster",
            "edge-web",
            "--locality",
            "zone=b");
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).contains("warning: registry consul has no data here");
    assertThat(tree(result.out()).path("resources").path(ENDPOINTS)).hasSize(1);
  }

  @Test
  void renderSaysWhyThereIsNothingToPrint() throws IOException {
    Result unmatched =
        lish.run("render", "mesh", "--stage", "release", "--node-cluster", "edge-web");
    assertThat(unmatched.exitCode()).isEqualTo(1);
    assertThat(unmatched.err()).contains("matches none of the groups edge");
    assertThat(lish.run("render", "mesh", "--stage", "x", "--node-cluster", "edge-a").err())
        .contains("--stage x (expected: beta, canary, release)");
    assertThat(lish.run("render", "mesh").exitCode()).isEqualTo(2);
    write("mesh/common/clusters/a.yaml", "name: [\n");
    Result refused =
        lish.run(
            "render",
            "mesh",
            "--stage",
            "release",
            "--node-cluster",
            "edge-web",
            "--locality",
            "zone=a");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("common/clusters/a.yaml:", "nothing was rendered");
  }

  private static JsonNode tree(String json) throws IOException {
    return JSON.readTree(json);
  }
}
