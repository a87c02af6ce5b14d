package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators stop the line, over a whole Lish; commits come past its checks, as from a mirror. */
class DeliveryIT {
  @TempDir Path folder;
  private Path mesh = Path.of("");
  private DogmaFixture dogma;
  private LishServer lish;
  private int first;

  @BeforeEach
  void start() {
    mesh = SampleMesh.copy(folder.resolve("mesh"), 9001, 9002, 9003);
    dogma = DogmaFixture.start(folder.resolve("dogma"));
    dogma.seed(mesh);
    lish = LishServer.start(folder.resolve("lish"), mesh, dogma.settings());
    lish.awaitReady();
    first = lish.stage("release").path("serving").asInt();
  }

  @AfterEach
  void stop() {
    lish.close();
    dogma.close();
  }

  private int edit(String file, String from, String to) {
    SampleMesh.edit(mesh, file, Map.of(from, to));
    return dogma.commit(mesh).number();
  }

  private int good(int n) {
    SampleMesh.edit(mesh, "values/common.yaml", Map.of("\n", "\n# edit " + n + "\n"));
    return dogma.commit(mesh).number();
  }

  private List<String> problems(String stage) {
    return StreamSupport.stream(lish.get("/problems").path("problems").spliterator(), false)
        .filter(p -> p.path("stage").asText().equals(stage))
        .map(p -> p.path("path").asText() + ": " + p.path("message").asText())
        .toList();
  }

  private void awaitProblem(String stage, String part) {
    Await.until(
        stage + " has a Problem about " + part,
        () -> problems(stage).stream().anyMatch(p -> p.contains(part)));
  }

  private int order(String what, Map<String, ?> body) {
    return lish.post("/delivery/" + what, body).status();
  }

  private FakeEnvoy edge(String id, Map<String, String> metadata) {
    return FakeEnvoy.connect(lish.xdsPort(), id, "edge-a", metadata)
        .awaitSome(ResourceType.CLUSTER)
        .awaitSome(ResourceType.LISTENER);
  }

  @Test
  void aProblemRefusesTheRevisionForItsStageOnly() {
    SampleMesh.edit(mesh, "values/beta.yaml", Map.of("\n", "\nbroken: [\n"));
    int bad = dogma.commit(mesh).number();
    lish.awaitServing("release", bad);
    awaitProblem("beta", "values/beta.yaml");
    assertThat(lish.stage("beta").path("serving").asInt()).isEqualTo(first);
    assertThat(problems("release")).isEmpty();
    SampleMesh.edit(mesh, "values/beta.yaml", Map.of("\nbroken: [\n", "\n"));
    int mended = dogma.commit(mesh).number();
    lish.awaitServing("beta", mended);
    assertThat(problems("beta")).isEmpty();
  }

  @Test
  void aRestartOnABadHeadServesWhatWasServedLastAndSaysWhatIsWrong() {
    int second = good(2);
    lish.awaitServing("release", second);
    int bad = edit("common/clusters/orders.yaml", "type:", "tipe:");
    awaitProblem("release", "orders.yaml");
    lish.stop();
    lish.start();
    lish.awaitReady();
    assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(second);
    awaitProblem("release", "orders.yaml");
    assertThat(lish.stage("release").path("target").asInt()).isEqualTo(bad);
    int mended = edit("common/clusters/orders.yaml", "tipe:", "type:");
    lish.awaitServing("release", mended);
    assertThat(problems("release")).isEmpty();
  }

  @Test
  void aFreshStartOnABadHeadWalksBackToTheNewestRevisionThatRenders() {
    int second = good(2);
    edit("common/clusters/orders.yaml", "type:", "tipe:");
    edit("common/clusters/orders.yaml", "tipe:", "taip:");
    try (LishServer fresh =
        LishServer.start(folder.resolve("fresh"), mesh, dogma.settings()).awaitReady()) {
      assertThat(fresh.stage("release").path("serving").asInt()).isEqualTo(second);
      assertThat(fresh.get("/problems").toString()).contains("orders.yaml");
    }
  }

  @Test
  void aMeshThatDoublesWaitsForAPerson() throws IOException {
    try (FakeEnvoy envoy = edge("edge-1", Map.of())) {
      generated(60);
      int usual = dogma.commit(mesh).number();
      lish.awaitServing("release", usual);
      generated(130);
      int doubled = dogma.commit(mesh).number();
      awaitProblem("release", "revision " + doubled + " is held: clusters of release/edge");
      assertThat(problems("release").get(0)).contains("grow from 63 to 133");
      assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(usual);
      lish.order(
          "/delivery/promote",
          Map.of("stage", "release", "revision", doubled, "reason", "130 services are right"));
      lish.awaitServing("release", doubled);
      Await.until(
          "the Envoy has it too",
          () -> envoy.names(ResourceType.CLUSTER).contains("generated-129"));
      assertThat(lish.stage("beta").path("serving").asInt()).isEqualTo(usual);
      // Back at head it is not held again: it is what the stage serves.
      lish.order(
          "/delivery/promote", Map.of("stage", "release", "revision", "head", "reason", "done"));
      Await.until("no Problems", () -> problems("release").isEmpty());
      assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(doubled);
      assertThat(envoy.ended()).isFalse();
    }
  }

  @Test
  void whatRegistryDataMakesOfAPinnedRevisionWaitsForAPersonToo() throws IOException {
    Files.writeString(
        mesh.resolve("common/clusters/many.yaml.peb"),
        "{% for s in registry.many.services %}\n---\nname: many-{{ s.name }}\ntype: STATIC\n{% endfor %}\n");
    services(60);
    int usual = dogma.commit(mesh).number();
    lish.awaitServing("release", usual);
    lish.order(
        "/delivery/promote", Map.of("stage", "release", "revision", usual, "reason", "stays"));
    try (FakeEnvoy envoy = edge("edge-1", Map.of())) {
      services(130);
      dogma.commit(mesh);
      awaitProblem("release", "revision " + usual + " is held: clusters of release/edge");
      assertThat(problems("release").get(0)).contains("grow from 63 to 133");
      assertThat(envoy.names(ResourceType.CLUSTER)).doesNotContain("many-s129");
      lish.order(
          "/delivery/promote", Map.of("stage", "release", "revision", usual, "reason", "right"));
      Await.until(
          "the Envoy has it too", () -> envoy.names(ResourceType.CLUSTER).contains("many-s129"));
      Await.until("no Problems", () -> problems("release").isEmpty());
    }
  }

  private void services(int count) throws IOException {
    StringBuilder text = new StringBuilder("services:\n");
    for (int i = 0; i < count; i++) {
      text.append("  s%d: [ { id: s%d, address: 127.0.0.1, port: 9001 } ]\n".formatted(i, i));
    }
    Files.writeString(mesh.resolve("registries/many.yaml"), text);
  }

  /** A file of so many clusters, as a script would write it. */
  private void generated(int clusters) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < clusters; i++) {
      text.append("---\nname: generated-").append(i).append("\ntype: STATIC\n");
    }
    Files.writeString(mesh.resolve("common/clusters/generated.yaml"), text);
  }

  @Test
  void aPinToARevisionThatDoesNotExistIsAProblemAndTheLastGoodOneStays() {
    assertThat(order("promote", Map.of("stage", "release", "revision", 99, "reason", "typo")))
        .isEqualTo(409);
    dogma.pin("release", 99);
    awaitProblem("release", "stages/release.json: revision 99 (expected: 1.." + first);
    assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(first);
    assertThat(lish.get("/status").path("ready").asBoolean()).isTrue();
    int second = good(2);
    lish.awaitServing("beta", second);
    lish.order("/delivery/promote", Map.of("stage", "release", "revision", "head", "reason", "ok"));
    lish.awaitServing("release", second);
    assertThat(problems("release")).isEmpty();
  }

  @Test
  void pauseOfAllStopsAllAndResumeLiftsThePauseButNoPin() {
    int second = good(2);
    lish.awaitServing("release", second);
    lish.order(
        "/delivery/promote", Map.of("stage", "beta", "revision", first, "reason", "compare"));
    lish.awaitServing("beta", first);
    lish.order("/delivery/pause", Map.of("reason", "incident"));
    Await.until("all paused", () -> lish.stage("release").path("paused").asBoolean());
    int third = good(3);
    Await.until("head is known", () -> lish.get("/delivery").path("head").asInt() == third);
    assertThat(lish.serving()).containsExactly("beta@" + first, "release@" + second);
    lish.order("/delivery/resume", Map.of("reason", "over"));
    lish.awaitServing("release", third);
    assertThat(lish.stage("beta").path("serving").asInt()).isEqualTo(first);
    assertThat(lish.stage("beta").path("follow").asText()).isEqualTo("revision");
  }

  @Test
  void rollbackGoesBackPausesRaisesTheEpochAndGoesFurtherTheSecondTime() {
    int second = good(2);
    lish.awaitServing("release", second);
    int third = good(3);
    lish.awaitServing("release", third);
    lish.order("/delivery/rollback", Map.of("stage", "release", "reason", "5xx"));
    lish.awaitServing("release", second);
    assertThat(lish.stage("release").path("paused").asBoolean()).isTrue();
    assertThat(lish.stage("release").path("epoch").asInt()).isEqualTo(1);
    lish.order("/delivery/rollback", Map.of("stage", "release", "reason", "still"));
    lish.awaitServing("release", first);
    assertThat(lish.stage("release").path("epoch").asInt()).isEqualTo(2);
    assertThat(order("rollback", Map.of("stage", "release", "reason", "more"))).isEqualTo(409);
    assertThat(lish.stage("beta").path("serving").asInt()).isEqualTo(third);
  }

  @Test
  void ofTwoOrdersFromTheSameBaseTheFirstWins() throws Exception {
    var one = new Thread(() -> order("pause", Map.of("stage", "release", "reason", "one")));
    var two = new Thread(() -> order("pause", Map.of("stage", "release", "reason", "two")));
    one.start();
    two.start();
    one.join();
    two.join();
    Await.until("paused", () -> lish.stage("release").path("paused").asBoolean());
    // Whichever was second was told so, or found it paused; the history has one pause.
    assertThat(dogma.sharedRevision()).isEqualTo(lish.lish().view().stages().isEmpty() ? 0 : 3);
  }

  @Test
  void membershipThatMovesAConnectedEnvoyIsHeldOverARestartUntilItIsPromoted() {
    try (FakeEnvoy envoy = edge("edge-1", Map.of("stage", "beta"))) {
      int moving = edit("mesh.yaml", "metadata.stage: beta", "metadata.stage: alpha");
      Await.until(
          "it is held",
          () -> lish.get("/delivery").path("membership").path("pending").asInt() == moving);
      assertThat(lish.get("/delivery").path("membership").path("moves").toString())
          .contains("edge-1: beta -> release");
      // The content of the revision is another matter, and goes out.
      lish.awaitServing("beta", moving);
      assertThat(node("edge-1").path("stage").asText()).isEqualTo("beta");
      lish.stop();
      envoy.awaitEnd();
      lish.start();
      lish.awaitReady();
      assertThat(lish.get("/delivery").path("membership").path("revision").asInt())
          .isEqualTo(first);
      assertThat(lish.get("/delivery").path("membership").path("pending").asInt())
          .isEqualTo(moving);
    }
    try (FakeEnvoy envoy = edge("edge-1", Map.of("stage", "beta"))) {
      assertThat(envoy.names(ResourceType.LISTENER)).isNotEmpty();
      assertThat(node("edge-1").path("stage").asText()).isEqualTo("beta");
      int moving = lish.get("/delivery").path("membership").path("pending").asInt();
      assertThat(order("membership", Map.of("revision", 99, "reason", "typo"))).isEqualTo(409);
      lish.order("/delivery/membership", Map.of("revision", moving, "reason", "meant"));
      Await.until("it moved", () -> node("edge-1").path("stage").asText().equals("release"));
      Await.until(
          "nothing waits", () -> lish.get("/delivery").path("membership").path("pending").isNull());
    }
  }

  @Test
  void aRevisionThatLeavesAConnectedEnvoyWithoutAGroupIsHeldUntilItIsPromotedByNumber() {
    try (FakeEnvoy envoy = edge("edge-1", Map.of())) {
      int orphaning = edit("mesh.yaml", "cluster: \"edge-*\"", "cluster: \"border-*\"");
      awaitProblem("release", "no group of it matches edge-1");
      assertThat(lish.stage("release").path("serving").asInt()).isEqualTo(first);
      lish.awaitServing("beta", orphaning);
      lish.order(
          "/delivery/promote",
          Map.of("stage", "release", "revision", orphaning, "reason", "it goes anyway"));
      lish.awaitServing("release", orphaning);
      assertThat(problems("release")).isEmpty();
      Await.until("unmatched", () -> node("edge-1").path("state").asText().equals("unmatched"));
      // It is sent nothing, so it keeps what it has.
      assertThat(envoy.names(ResourceType.CLUSTER)).isNotEmpty();
    }
  }

  @Test
  void whatWasHeldForAnEnvoyGoesOutWhenTheEnvoyHasGone() {
    int orphaning;
    try (FakeEnvoy envoy = edge("edge-1", Map.of())) {
      orphaning = edit("mesh.yaml", "cluster: \"edge-*\"", "cluster: \"border-*\"");
      awaitProblem("release", "no group of it matches edge-1");
      assertThat(envoy.names(ResourceType.LISTENER)).isNotEmpty();
    }
    Await.until("it has gone", () -> lish.lish().nodes().isEmpty());
    // It may come back within a minute.
    lish.advance(Duration.ofSeconds(30));
    awaitProblem("release", "no group of it matches edge-1");
    lish.advance(Duration.ofSeconds(30));
    lish.awaitServing("release", orphaning);
    Await.until("no Problem is left", () -> problems("release").isEmpty());
  }

  @Test
  void theFirstRejectionOfARevisionRaisesTheEpochOnce() {
    try (FakeEnvoy one = edge("edge-1", Map.of());
        FakeEnvoy two = edge("edge-2", Map.of())) {
      one.rejecting(ResourceType.CLUSTER, "Field orders is wrong");
      two.rejecting(ResourceType.CLUSTER, "Field orders is wrong");
      int second =
          edit("common/clusters/orders.yaml", "connect_timeout: 1s", "connect_timeout: 2s");
      lish.awaitServing("release", second);
      Await.until("raised", () -> lish.stage("release").path("epoch").asInt() == 1);
      lish.awaitNode("edge-1", "nacked");
      lish.awaitNode("edge-2", "nacked");
      JsonNode type = node("edge-1").path("types").path("cluster");
      assertThat(type.path("message").asText()).isEqualTo("Field orders is wrong");
      assertThat(type.path("file").asText()).isEqualTo("common/clusters/orders.yaml");
      int third = edit("common/clusters/orders.yaml", "connect_timeout: 2s", "connect_timeout: 3s");
      lish.awaitServing("release", third);
      // One rejection more is one epoch more: of the second revision there was just one.
      Await.until("raised again", () -> lish.stage("release").path("epoch").asInt() == 2);
      one.accepting();
      two.accepting();
      int fourth =
          edit("common/clusters/orders.yaml", "connect_timeout: 3s", "connect_timeout: 4s");
      lish.awaitServing("release", fourth);
      lish.awaitNode("edge-1", "synced");
      lish.awaitNode("edge-2", "synced");
      assertThat(lish.stage("release").path("epoch").asInt()).isEqualTo(2);
      assertThat(lish.stage("beta").path("epoch").asInt()).isZero();
    }
  }

  @Test
  void aMirroredRepositoryTakesNoPush() {
    int head = first + 1;
    dogma.commitFile("/mirror_state.json", "{\"sourceRevision\": \"abc\"}");
    Await.until("it is seen", () -> lish.get("/delivery").path("head").asInt() == head);
    SampleMesh.edit(mesh, "values/common.yaml", Map.of("\n", "\n# by hand\n"));
    Http.Answer answer = lish.tryPush("by hand");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body()).contains("mirror");
  }

  @Test
  void aBrokenRegistryFileShowsAndItsLastGoodContentIsUsed() {
    int broken = edit("registries/local.yaml", "services:", "services: [");
    awaitProblem("release", "registries/local.yaml");
    lish.awaitServing("release", broken);
    assertThat(lish.get("/sources").toString()).contains("registries/local.yaml");
    assertThat(lish.get("/snapshots/release/inner").toString()).contains("9001");
  }

  private JsonNode node(String id) {
    return lish.get("/nodes/" + id);
  }
}
