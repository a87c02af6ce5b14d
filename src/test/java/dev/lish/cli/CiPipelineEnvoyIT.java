package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.app.LishServer;
import dev.lish.testing.Envoys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The script parts of the pipelines in {@code docs/ci}, as a CI would run them. */
class CiPipelineEnvoyIT {
  private static final Path DOCS = Path.of("docs/ci");
  private static final long PATIENCE_SECONDS = 240;
  private static final String ENVOYS = "/opt/envoy-1.36/envoy /opt/envoy-1.40/envoy";
  private static final String SERVER = "https://lish.example.com:8080";

  @TempDir Path folder;
  private Path repository;
  private LishServer lish;

  /** One step: what is run, with which variables of its own. */
  private record Step(String job, String script, Map<String, String> variables) {}

  /** How a step ended, and what it said. */
  private record Ended(int exitCode, String text) {}

  @BeforeEach
  void start() throws IOException {
    repository = folder.resolve("repository");
    write(
        "config/mesh.yaml",
        "stages: [ { name: beta } ]\ngroups: [ { name: edge, resources: [ \"edge/**\" ] } ]\n");
    write(
        "config/edge/clusters/hello.yaml",
        "name: hello\nload_assignment: { cluster_name: hello }\n");
    write(
        "config/edge/listeners/edge.yaml",
        """
        name: edge
        address: { socket_address: { address: 127.0.0.1, port_value: 10000 } }
        filter_chains:
          - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: edge
                  rds: { route_config_name: edge, config_source: { ads: {}, resource_api_version: V3 } }
                  http_filters:
                    - name: router
                      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
        """);
    route("hello");
    write(
        "config/tests/edge.yaml",
        """
        envoy: { group: edge }
        tests:
          - name: hello answers
            request: { path: /hello }
            expect: { status: 200, body: hello from edge }
        """);
    Files.createDirectories(repository.resolve("ci"));
    Files.copy(DOCS.resolve("mesh-ci.sh"), repository.resolve("ci/mesh-ci.sh"));
    assertThat(repository.resolve("ci/mesh-ci.sh").toFile().setExecutable(true)).isTrue();
    Path command = repository.resolve("bin/lish");
    write(
        "bin/lish",
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\"\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                Main.class.getName()));
    assertThat(command.toFile().setExecutable(true)).isTrue();
    Path seed = folder.resolve("seed");
    Files.createDirectories(seed);
    Files.writeString(
        seed.resolve("mesh.yaml"), Files.readString(repository.resolve("config/mesh.yaml")));
    write("ci/inhouse.yaml", services("greeter"));
    write("ci/other.yaml", services("anything"));
    lish =
        LishServer.start(
            folder.resolve("server"),
            seed,
            "registries: [ { name: inhouse, files: { path: "
                + repository.resolve("ci/inhouse.yaml")
                + " } } ]");
  }

  @AfterEach
  void stop() {
    lish.close();
  }

  private static String services(String name) {
    return "services: { %1$s: [ { id: %1$s, address: 127.0.0.1, port: 1 } ] }\n".formatted(name);
  }

  /** A cluster for each service that a registry knows, and a route to one of them. */
  private void clustersOfARegistry() throws IOException {
    write(
        "config/edge/clusters/inhouse.yaml.peb",
        """
        {% for service in registry.inhouse.services %}
        ---
        name: {{ service.name }}
        connect_timeout: 1s
        type: EDS
        eds_cluster_config:
          service_name: "inhouse:{{ service.name }}"
          eds_config: { ads: {}, resource_api_version: V3 }
        {% endfor %}
        """);
    write(
        "config/edge/routes/edge.yaml",
        """
        name: edge
        virtual_hosts:
          - name: all
            domains: [ "*" ]
            routes: [ { match: { prefix: / }, route: { cluster: greeter, timeout: 1s } } ]
        """);
    write(
        "config/tests/edge.yaml",
        """
        tests:
          - name: the greeter of the registry answers
            request: { path: /hello }
            expect: { status: 200, upstream: greeter }
        """);
  }

  private void route(String text) throws IOException {
    write(
        "config/edge/routes/edge.yaml",
        """
        name: edge
        virtual_hosts:
          - name: all
            domains: [ "*" ]
            routes:
              - match: { prefix: / }
                direct_response: { status: 200, body: { inline_string: "%s from edge" } }
        """
            .formatted(text));
  }

  private void write(String file, String text) throws IOException {
    Path path = repository.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static Map<String, String> texts(@Nullable Object value) {
    Map<String, String> texts = new LinkedHashMap<>();
    map(value).forEach((key, text) -> texts.put(key.toString(), text.toString()));
    return texts;
  }

  private static Map<?, ?> pipeline(String file) throws IOException {
    Load load = new Load(LoadSettings.builder().build());
    return map(load.loadFromString(Files.readString(DOCS.resolve(file))));
  }

  /** In the order of their {@code needs}, which is that of the file. */
  private static List<Step> github() throws IOException {
    List<Step> steps = new ArrayList<>();
    map(pipeline("github-actions.yml").get("jobs"))
        .forEach(
            (job, description) -> {
              for (Object each : list(map(description).get("steps"))) {
                Map<?, ?> step = map(each);
                if (step.get("run") instanceof String script) {
                  steps.add(new Step(job.toString(), script, texts(step.get("env"))));
                }
              }
            });
    return steps;
  }

  private static List<Step> gitlab() throws IOException {
    List<Step> steps = new ArrayList<>();
    Map<?, ?> file = pipeline("gitlab-ci.yml");
    for (Object stage : list(file.get("stages"))) {
      file.forEach(
          (name, each) -> {
            Map<?, ?> job = map(each);
            if (stage.equals(job.get("stage")) && job.get("script") instanceof String script) {
              steps.add(new Step(name.toString(), script, texts(job.get("variables"))));
            }
          });
    }
    return steps;
  }

  /** What a CI puts in for what only it knows. */
  private String filledIn(String value) {
    String envoys =
        Envoys.oldestAndNewest().stream()
            .map(envoy -> envoy.path().toString())
            .collect(Collectors.joining(" "));
    return value
        .replace(ENVOYS, envoys)
        .replace(SERVER, lish.url(""))
        .replace("${{ secrets.LISH_TOKEN }}", lish.lish().token())
        .replace("${{ github.event.head_commit.message }}", "payments: 2 s")
        .replace("$CI_COMMIT_MESSAGE", "payments: 2 s");
  }

  private Ended run(Step step) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", step.script())
            .directory(repository.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile());
    Map<String, String> environment = builder.environment();
    List.of("GITHUB_ACTIONS", "LISH_SERVER", "ENVOY").forEach(environment::remove);
    environment.put("PATH", repository.resolve("bin") + ":" + environment.get("PATH"));
    environment.put("LISH_TOKEN", lish.lish().token());
    step.variables().forEach((name, value) -> environment.put(name, filledIn(value)));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("%s ends", step).isTrue();
      return new Ended(process.exitValue(), Files.readString(folder.resolve("out")));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Step with(Step step, String variable, String value) {
    Map<String, String> variables = new LinkedHashMap<>(step.variables());
    variables.put(variable, value);
    return new Step(step.job(), step.script(), variables);
  }

  private Ended goesOn(Step step) throws Exception {
    Ended ended = run(step);
    assertThat(ended.exitCode()).as("%s said:%n%s", step.job(), ended.text()).isZero();
    return ended;
  }

  private void throughAllDoors(List<Step> steps, String test) throws Exception {
    assertThat(steps).hasSize(3);
    assertThat(goesOn(steps.get(0)).text()).contains(": fine");
    assertThat(repository.resolve("reports/check.xml"))
        .content()
        .contains("<testsuite name=\"lish check\"");
    assertThat(repository.resolve("reports/check.sarif"))
        .content()
        .contains("\"version\" : \"2.1.0\"");
    int head = lish.get("/delivery").path("head").asInt();
    String matrix = goesOn(steps.get(1)).text();
    Envoys.oldestAndNewest().forEach(e -> assertThat(matrix).contains(e + " (delta): passed"));
    assertThat(repository.resolve("reports/test.xml")).content().contains(test);
    assertThat(lish.get("/delivery").path("head").asInt()).isEqualTo(head);
    assertThat(goesOn(steps.get(2)).text()).contains("pushed as revision " + (head + 1));
    lish.awaitServing("beta", head + 1);
  }

  @Test
  void aGoodChangeGoesThroughTheDoorsOfGitHubActions() throws Exception {
    throughAllDoors(github(), "hello answers");
    // The comment of a review, for a change that is not merged yet.
    route("hi");
    Ended diff =
        goesOn(new Step("diff", "ci/mesh-ci.sh diff", Map.of("LISH_SERVER", lish.url(""))));
    assertThat(diff.text()).startsWith("### What Envoys get: `head` → `config`");
    assertThat(repository.resolve("reports/diff.md")).content().contains("hi from edge");
    // What the tests do not expect does not pass the second door.
    Ended test = run(github().get(1));
    assertThat(test.exitCode()).as(test.text()).isEqualTo(1);
  }

  @Test
  void aGoodChangeGoesThroughTheDoorsOfGitLabAndABadOneStopsAtTheFirst() throws Exception {
    throughAllDoors(gitlab(), "hello answers");
    write("config/edge/clusters/hello.yaml", "name: hello\nconnect_timeout: 0s\n");
    Ended check = run(gitlab().get(0));
    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.text()).contains("edge/clusters/hello.yaml:2: ").contains("[constraint]");
    assertThat(repository.resolve("reports/check.xml")).content().contains("<failure ");
    // Where somebody leaves the first doors out, the last one checks too.
    int head = lish.get("/delivery").path("head").asInt();
    assertThat(run(gitlab().get(2)).exitCode()).isEqualTo(1);
    assertThat(lish.get("/delivery").path("head").asInt()).isEqualTo(head);
    Ended misled = run(new Step("check", "ci/mesh-ci.sh check", Map.of("MESH", "elsewhere")));
    assertThat(misled.exitCode()).isEqualTo(3);
  }

  @Test
  void whatRegistriesKnowIsToldAtEveryDoor() throws Exception {
    clustersOfARegistry();
    Ended untold = run(github().get(0));
    assertThat(untold.exitCode()).as(untold.text()).isEqualTo(1);
    assertThat(untold.text()).contains("[unknown-cluster]");
    String registries = "inhouse=ci/inhouse.yaml other=ci/other.yaml";
    throughAllDoors(
        github().stream().map(step -> with(step, "REGISTRIES", registries)).toList(),
        "the greeter of the registry answers");
    Ended nowhere = run(with(github().get(0), "REGISTRIES", "inhouse=ci/none.yaml"));
    assertThat(nowhere.exitCode()).as(nowhere.text()).isEqualTo(3);
    assertThat(nowhere.text()).contains("ci/none.yaml: no such file");
    Ended diff =
        goesOn(
            with(
                new Step("diff", "ci/mesh-ci.sh diff", Map.of("LISH_SERVER", lish.url(""))),
                "REGISTRIES",
                registries));
    assertThat(diff.text()).contains("No Envoy would get anything else");
  }

  @Test
  void aPushThatAStageHoldsEndsTheJob() throws Exception {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      many.append("---\nname: many-").append(i).append("\nconnect_timeout: 1s\n");
    }
    write("config/edge/clusters/many.yaml", many.toString());
    goesOn(github().get(2));
    write("config/edge/clusters/more.yaml", many.toString().replace("many-", "more-"));
    write("config/edge/clusters/yet.yaml", many.toString().replace("many-", "yet-"));
    Ended held = run(github().get(2));
    assertThat(held.exitCode()).as(held.text()).isEqualTo(14);
    assertThat(held.text()).contains("beta holds it", "lish promote beta ");
  }
}
