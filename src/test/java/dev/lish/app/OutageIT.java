package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Central Dogma, a real one beside Lish, is away. */
class OutageIT {
  @TempDir Path folder;

  private Path mesh() {
    return SampleMesh.copy(folder.resolve("mesh"), 9001, 9002, 9003);
  }

  private LishServer lish(DogmaFixture dogma, Path mesh) {
    return LishServer.start(folder.resolve("lish"), mesh, dogma.settings());
  }

  private static JsonNode source(LishServer lish, String name) {
    for (JsonNode source : lish.get("/sources").path("sources")) {
      if (source.path("name").asText().equals(name)) {
        return source;
      }
    }
    throw new AssertionError("no source " + name);
  }

  private static List<String> problems(LishServer lish, String stage) {
    return lish.get("/problems").path("problems").findParents("stage").stream()
        .filter(p -> p.path("stage").asText().equals(stage))
        .map(p -> p.path("path").asText() + ": " + p.path("message").asText())
        .toList();
  }

  @Test
  void withoutKeptDataItIsNotReadySaysSoAndBecomesReadyByItself() {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"))) {
      dogma.seed(mesh);
      dogma.stop();
      try (LishServer lish = lish(dogma, mesh)) {
        Await.until(
            "it says what it waits for",
            () -> Http.get(lish.url("/readyz")).body().contains("the mesh repository has not"));
        assertThat(Http.get(lish.url("/readyz")).status()).isEqualTo(503);
        assertThat(lish.get("/status").path("ready").asBoolean()).isFalse();
        assertThat(source(lish, "mesh").path("state").asText()).isEqualTo("missing");
        dogma.restart();
        lish.awaitReady();
        assertThat(source(lish, "mesh").path("state").asText()).isEqualTo("current");
      }
    }
  }

  @Test
  void withKeptDataItServesWhatItServedLastAtOnce() {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer lish = lish(dogma, mesh)) {
      dogma.seed(mesh);
      lish.awaitReady();
      // Membership stays that of the first revision, and head moves on: both must be kept.
      SampleMesh.edit(mesh, "values/common.yaml", Map.of("\n", "\n# edited\n"));
      int second = lish.push("second");
      lish.awaitServing("beta", second);
      lish.awaitServing("release", second);
      lish.stop();
      dogma.stop();
      lish.start();
      Await.until(
          "it is ready at once",
          Duration.ofSeconds(10),
          () -> Http.get(lish.url("/readyz")).status() == 200);
      lish.awaitServing("release", second);
      assertThat(source(lish, "mesh").path("state").asText()).isEqualTo("stale");
      assertThat(source(lish, "mesh").path("detail").asText()).contains("from data/");
      try (FakeEnvoy envoy = FakeEnvoy.connect(lish.xdsPort(), "edge-1", "edge-a", Map.of())) {
        envoy.awaitSome(ResourceType.CLUSTER).awaitSome(ResourceType.LISTENER);
        dogma.restart();
        Await.until(
            "it is current", () -> source(lish, "mesh").path("state").asText().equals("current"));
        // Nothing has changed, so nothing is sent again.
        int responses = envoy.responses();
        SampleMesh.edit(mesh, "values/common.yaml", Map.of("# edited", "# edited again"));
        lish.awaitServing("release", lish.push("third"));
        assertThat(envoy.responses()).isEqualTo(responses);
      }
    }
  }

  @Test
  void itGoesOnServingShowsTheAgeAndTakesLocalOrdersWhichAreSharedLater() {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer lish = lish(dogma, mesh)) {
      dogma.seed(mesh);
      lish.awaitReady();
      int first = lish.stage("release").path("serving").asInt();
      dogma.stop();
      Await.until("stale", () -> source(lish, "mesh").path("state").asText().equals("stale"));
      assertThat(source(lish, "mesh").path("since").asText()).isNotEmpty();
      assertThat(Http.get(lish.url("/readyz")).status()).isEqualTo(200);
      assertThat(
              lish.post("/delivery/pause", Map.of("stage", "release", "reason", "shared")).status())
          .isEqualTo(503);
      lish.order("/delivery/pause", Map.of("stage", "release", "reason", "fire", "local", true));
      Await.until("local", () -> lish.stage("release").path("local").asBoolean());
      assertThat(lish.stage("release").path("paused").asBoolean()).isTrue();
      assertThat(lish.stage("beta").path("paused").asBoolean()).isFalse();
      lish.stop();
      lish.start();
      Await.until("local", () -> lish.stage("release").path("local").asBoolean());
      assertThat(lish.stage("release").path("reason").asText()).isEqualTo("fire");
      dogma.restart();
      Await.until("shared", () -> !lish.stage("release").path("local").asBoolean());
      assertThat(lish.stage("release").path("paused").asBoolean()).isTrue();
      SampleMesh.edit(mesh, "values/common.yaml", Map.of("\n", "\n# edited\n"));
      int second = lish.push("second");
      lish.awaitServing("beta", second);
      assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(first);
    }
  }

  @Test
  void aLocalOrderThatSomebodyElseContradictedIsAConflictUntilItIsGivenAgain() {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer lish = lish(dogma, mesh);
        LishServer other = LishServer.start(folder.resolve("other"), mesh, dogma.settings())) {
      dogma.seed(mesh);
      lish.awaitReady();
      other.awaitReady();
      dogma.stop();
      Await.until("stale", () -> source(lish, "shared").path("state").asText().equals("stale"));
      lish.order("/delivery/pause", Map.of("stage", "release", "reason", "mine", "local", true));
      Await.until("local", () -> lish.stage("release").path("local").asBoolean());
      lish.stop();
      dogma.restart();
      Await.until(
          "the other is back",
          () -> source(other, "shared").path("state").asText().equals("current"));
      other.order("/delivery/pause", Map.of("stage", "release", "reason", "theirs"));
      lish.start();
      Await.until(
          "the conflict shows",
          () -> problems(lish, "release").stream().anyMatch(p -> p.contains("not shared")));
      assertThat(lish.stage("release").path("reason").asText()).isEqualTo("mine");
      assertThat(problems(lish, "beta")).isEmpty();
      lish.order("/delivery/resume", Map.of("stage", "release", "reason", "settled"));
      Await.until("settled", () -> !lish.stage("release").path("paused").asBoolean());
      Await.until("no problem", () -> problems(lish, "release").isEmpty());
      assertThat(lish.stage("release").path("local").asBoolean()).isFalse();
    }
  }

  @Test
  void aDeletedRepositoryChangesNothingAndOneThatIsMadeAgainIsServed() {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer lish = lish(dogma, mesh)) {
      dogma.seed(mesh);
      lish.awaitReady();
      SampleMesh.edit(mesh, "values/common.yaml", Map.of("\n", "\n# edited\n"));
      int second = lish.push("second");
      lish.awaitServing("release", second);
      dogma.deleteMesh();
      Await.until("stale", () -> source(lish, "mesh").path("state").asText().equals("stale"));
      assertThat(source(lish, "mesh").path("detail").asText()).contains("no such repository");
      assertThat(Http.get(lish.url("/readyz")).status()).isEqualTo(200);
      assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(second);
      dogma.seed(mesh);
      Await.until("current", () -> source(lish, "mesh").path("state").asText().equals("current"));
      lish.awaitServing("release", 2);
      assertThat(Http.get(lish.url("/readyz")).status()).isEqualTo(200);
    }
  }

  @Test
  void aFileThatIsRemovedGoesAndComesBackWhenItIsAddedAgain() throws Exception {
    Path mesh = mesh();
    try (DogmaFixture dogma = DogmaFixture.start(folder.resolve("dogma"));
        LishServer lish = lish(dogma, mesh)) {
      dogma.seed(mesh);
      lish.awaitReady();
      Path runtime = mesh.resolve("common/runtime/lish.yaml");
      String text = Files.readString(runtime);
      Files.delete(runtime);
      lish.awaitServing("release", dogma.commit(mesh).number());
      assertThat(lish.get("/snapshots/release/inner").toString()).doesNotContain("Runtime");
      Files.writeString(runtime, text);
      lish.awaitServing("release", dogma.commit(mesh).number());
      assertThat(lish.get("/snapshots/release/inner").toString()).contains("Runtime");
    }
  }
}
