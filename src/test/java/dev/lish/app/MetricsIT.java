package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running Lish tells of its streams at {@code /metrics}. */
class MetricsIT {
  private static final Pattern DOCUMENTED =
      Pattern.compile("(?m)^\\| `(lish_(?:xds|snapshot)\\w+)`");

  /** By type, as an Envoy meets them. */
  private static final List<String> OF_EACH_TYPE =
      List.of(
          "lish_xds_subscriptions",
          "lish_xds_responses_total",
          "lish_xds_response_bytes_total",
          "lish_xds_nacks_total",
          "lish_xds_behind",
          "lish_xds_unanswered_age_seconds",
          "lish_xds_coalesced_total",
          "lish_xds_ack_seconds_count",
          "lish_xds_push_seconds_bucket",
          "lish_xds_change_sent_seconds_bucket",
          "lish_xds_change_acked_seconds_bucket");

  @TempDir Path folder;

  @Test
  void everyMeterOfStreamsIsThereAndNoneNamesAnEnvoy() throws IOException {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    try (LishServer lish = LishServer.start(folder.resolve("lish"), mesh).awaitReady();
        FakeEnvoy envoy =
            FakeEnvoy.connect(lish.xdsPort(), "a-node-of-its-own", "edge-a", Map.of())) {
      envoy.awaitSome(ResourceType.LISTENER);
      Await.until(
          "all is accepted",
          () -> metrics(lish).contains("lish_xds_ack_seconds_count{type=\"listener\"} 1"));
      String metrics = metrics(lish);
      var documented =
          DOCUMENTED.matcher(Files.readString(Path.of("docs/metrics.md"))).results().toList();
      assertThat(documented).hasSizeGreaterThan(20);
      documented.forEach(
          name -> assertThat(metrics).containsPattern("(?m)^" + name.group(1) + "(_count)?[{ ]"));
      for (ResourceType type : ResourceType.values()) {
        for (String name : OF_EACH_TYPE) {
          assertThat(metrics)
              .containsPattern("(?m)^" + name + "\\{[^}]*type=\"" + type.label() + "\"");
        }
      }
      assertThat(metrics)
          .containsPattern("lish_snapshot_resources\\{[^}]*group=\"edge\"[^}]*stage=\"release\"")
          .containsPattern("lish_snapshot_size_bytes\\{[^}]*group=\"edge\"[^}]*stage=\"release\"")
          .doesNotContain("a-node-of-its-own");
      for (var view : lish.lish().nodes()) {
        assertThat(metrics).doesNotContain(view.node().peerAddress());
      }
    }
  }

  private static String metrics(LishServer lish) {
    return Http.get(lish.url("/metrics")).body();
  }
}
