package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic counts under the revision that its Envoy has accepted, not under that which is served.
 */
class AcceptedIT {
  private static final String ORDERS = "common/clusters/orders.yaml";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;

  /** Revision to requests, in the last hour. */
  private static Map<Integer, Long> counted(LishServer lish) {
    Map<Integer, Long> counted = new TreeMap<>();
    for (JsonNode version : lish.get("/traffic?window=1h").path("versions")) {
      assertThat(version.path("stage").asText()).isEqualTo("release");
      counted.put(version.path("revision").asInt(), version.path("requests").asLong());
    }
    return counted;
  }

  private static int push(LishServer lish, String from, String to) {
    SampleMesh.edit(lish.mesh(), ORDERS, Map.of(from, to));
    int revision = lish.push("orders connect in another time");
    lish.awaitServing("release", revision);
    return revision;
  }

  /** The next entry as it is kept, sent until one comes that says this revision. */
  private static JsonNode awaitLine(Iterator<String> lines, LogClient logs, int revision) {
    return Await.value(
        "an entry of revision " + revision,
        Await.LONG,
        () -> {
          logs.send("orders", 200);
          JsonNode line = read(lines.next());
          return line.path("revision").asInt() == revision ? Optional.of(line) : Optional.empty();
        });
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  @Test
  void whatAnEnvoyRejectedDoesNotCount() throws Exception {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    try (LishServer lish = LishServer.start(folder.resolve("lish"), mesh).awaitReady();
        FakeEnvoy envoy =
            FakeEnvoy.connect(lish.xdsPort(), "edge-1", "edge-a", Map.of())
                .awaitSome(ResourceType.CLUSTER)) {
      lish.awaitNode("edge-1", "synced");
      int first = lish.get("/nodes/edge-1").path("revision").asInt();
      HttpResponse<Stream<String>> followed =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(lish.url("/api/v1/logs"))).build(),
                  HttpResponse.BodyHandlers.ofLines());
      try (LogClient logs = new LogClient(lish.xdsPort(), "edge-1", "edge-a");
          Stream<String> body = followed.body()) {
        Iterator<String> lines = body.iterator();
        JsonNode before = awaitLine(lines, logs, first);
        String accepted = before.path("versions").path("cluster").asText();
        assertThat(accepted).isNotEmpty();

        envoy.rejecting(ResourceType.CLUSTER, "not that");
        int second = push(lish, "connect_timeout: 1s", "connect_timeout: 2s");
        lish.awaitNode("edge-1", "nacked");
        assertThat(lish.get("/nodes/edge-1").path("revision").asInt()).isEqualTo(second);
        // Long enough that it is asked again what the node has: once a second.
        long folds = System.nanoTime() + 3_000_000_000L;
        JsonNode line = before;
        while (System.nanoTime() < folds) {
          logs.send("orders", 200);
          line = read(lines.next());
          assertThat(line.path("revision").asInt()).isEqualTo(first);
        }
        assertThat(line.path("versions").path("cluster").asText()).isEqualTo(accepted);
        assertThat(counted(lish)).containsOnlyKeys(first);

        envoy.accepting();
        int third = push(lish, "connect_timeout: 2s", "connect_timeout: 3s");
        lish.awaitNode("edge-1", "synced");
        JsonNode after = awaitLine(lines, logs, third);
        assertThat(after.path("versions").path("cluster").asText())
            .isEqualTo(
                lish.get("/nodes/edge-1").path("types").path("cluster").path("acked").asText())
            .isNotEqualTo(accepted);
        assertThat(counted(lish)).containsOnlyKeys(first, third);
      }
    }
  }
}
