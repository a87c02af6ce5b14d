package dev.lish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lish.app.LishServer;
import dev.lish.cli.CommandLineRun.Result;
import dev.lish.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lish push} tells of a server that took a revision, and of one that holds it. */
class LivePushIT {
  @TempDir Path folder;
  private LishServer lish;

  @BeforeEach
  void start() throws IOException {
    write(
        "mesh.yaml",
        """
        stages: [ { name: beta, nodes: { metadata.stage: beta } }, { name: release } ]
        groups: [ { name: all, resources: [ "all/**" ] } ]
        """);
    clusters(60);
    hosts(20);
    write(
        "all/clusters/users.yaml",
        """
        name: users
        type: EDS
        eds_cluster_config:
          service_name: "inventory:users"
          eds_config: { ads: {}, resource_api_version: V3 }
        """);
    lish = LishServer.start(folder.resolve("lish"), folder.resolve("mesh")).awaitReady();
  }

  @AfterEach
  void stop() {
    lish.close();
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve("mesh").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void clusters(int number) throws IOException {
    List<String> all = new ArrayList<>();
    IntStream.range(0, number).forEach(i -> all.add("name: generated-" + i + "\n"));
    write("all/clusters/generated.yaml", String.join("---\n", all));
  }

  private void hosts(int number) throws IOException {
    List<String> all = new ArrayList<>();
    IntStream.range(0, number)
        .forEach(i -> all.add("{ id: u%d, address: 10.0.0.%d, port: 80 }".formatted(i, i + 1)));
    write("registries/inventory.yaml", "services: { users: [ " + String.join(", ", all) + " ] }\n");
  }

  private Result push(String... more) {
    return push(lish, more);
  }

  private Result push(LishServer to, String... more) {
    List<String> arguments = new ArrayList<>(List.of("push", "mesh", "-m", "a change"));
    arguments.addAll(List.of(more));
    return new CommandLineRun(folder)
        .with("LISH_SERVER", to.url(""))
        .with("LISH_TOKEN", to.lish().token())
        .run(arguments.toArray(String[]::new));
  }

  @Test
  void whatIsHeldIsNotCalledDone() throws IOException {
    clusters(130);
    Result held = push();
    int revision = lish.get("/delivery").path("head").asInt();
    assertThat(held.exitCode()).as(held.out() + held.err()).isEqualTo(14);
    assertThat(held.out())
        .startsWith("pushed as revision " + revision + "\n")
        .contains("beta holds it and goes on serving " + (revision - 1))
        .contains("release holds it and goes on serving " + (revision - 1))
        .contains("grow from 61 to 131")
        .contains("lish promote release " + revision + " --reason TEXT lets it go");
    // A job that runs again says the same, though there is nothing to push any more.
    Result again = push("-o", "json");
    assertThat(again.exitCode()).isEqualTo(14);
    JsonNode json = new JsonMapper().readTree(again.out());
    assertThat(json.path("changed").asBoolean()).isFalse();
    assertThat(json.path("stages").get(1).path("name").asText()).isEqualTo("release");
    assertThat(json.path("stages").get(1).path("state").asText()).isEqualTo("held");
    assertThat(json.path("stages").get(1).path("problems").get(0).asText()).contains("is held");
    for (String stage : List.of("beta", "release")) {
      lish.order(
          "/delivery/promote", Map.of("stage", stage, "revision", revision, "reason", "right"));
    }
    Result let = push();
    assertThat(let.exitCode()).as(let.out()).isZero();
    assertThat(let.out())
        .isEqualTo(
            "nothing to change; the mesh is at revision %d\nbeta serves it\nrelease serves it\n"
                .formatted(revision));
  }

  @Test
  void whatEveryStageServesIsDone() throws IOException {
    clusters(61);
    Result fine = push();
    assertThat(fine.exitCode()).as(fine.out() + fine.err()).isZero();
    int revision = lish.get("/delivery").path("head").asInt();
    assertThat(fine.out())
        .isEqualTo(
            "pushed as revision %d\nbeta serves it\nrelease serves it\n".formatted(revision));
  }

  @Test
  void hostsThatTheGuardKeepsBackAreTold() throws IOException {
    Await.until(
        "the hosts are admitted",
        () -> lish.get("/guard").findPath("priorities").findPath("hosts").asInt() == 20);
    hosts(4);
    Result kept = push();
    assertThat(kept.exitCode()).as(kept.out() + kept.err()).isZero();
    assertThat(kept.out())
        .contains("16 hosts of users are kept back: deregistered though last seen passing")
        .contains("lish guard release users --reason TEXT lets them go");
    assertThat(push().out()).doesNotContain("kept back");
  }

  /** One cluster for each service, and a route to one of them. */
  private void loop(String route) throws IOException {
    write(
        "all/clusters/loop.yaml.peb",
        """
        {% for service in registry.inhouse.services %}
        ---
        name: loop-{{ service.name }}
        {% endfor %}
        """);
    write(
        "all/routes/loop.yaml",
        """
        name: loop
        virtual_hosts:
          - name: all
            domains: [ "*" ]
            routes: [ { match: { prefix: / }, route: { cluster: %s, timeout: 1s } } ]
        """
            .formatted(route));
  }

  @Test
  void whatTemplatesMakeOfTheServersRegistriesIsThereForCheck() throws IOException {
    write("../inhouse.yaml", "services: { a: [ { id: a, address: 127.0.0.1, port: 1 } ] }\n");
    loop("loop-a");
    try (LishServer other =
        LishServer.start(
                folder.resolve("other"),
                folder.resolve("mesh"),
                "registries: [ { name: inhouse, files: { path: "
                    + folder.resolve("inhouse.yaml")
                    + " } } ]")
            .awaitReady()) {
      clusters(61);
      Result fine = push(other);
      assertThat(fine.exitCode()).as(fine.out() + fine.err()).isZero();
      loop("loop-b");
      Result dangling = push(other);
      assertThat(dangling.exitCode()).isEqualTo(1);
      assertThat(dangling.err()).contains("all/routes/loop.yaml:5: ");
      // What a job says of registries comes first, as for check.
      write("../more.yaml", "services: { b: [ { id: b, address: 127.0.0.1, port: 1 } ] }\n");
      Result given = push(other, "--registry", "inhouse=more.yaml", "-o", "json");
      assertThat(given.exitCode()).as(given.out() + given.err()).isZero();
    }
  }
}
