package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.Version;
import dev.lish.serve.NodeView;
import dev.lish.serve.NodeView.State;
import dev.lish.serve.NodeView.TypeView;
import dev.lish.serve.StreamKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What an Envoy has accepted, from what its streams say. */
class KnownOriginsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final StreamKind SEPARATE = new StreamKind(true, false);

  private static NodeView stream(ResourceType type, int revision, State state, String acked) {
    TypeView view =
        new TypeView(
            Optional.of(new Version("aa" + revision)),
            Optional.of(new Version(acked)),
            Optional.empty(),
            "",
            NOW,
            "",
            false);
    return new NodeView(
        new Node(
            "edge-1",
            "edge-a",
            new Locality("", "tokyo-1", ""),
            new TreeMap<>(),
            "",
            "",
            List.of()),
        Optional.empty(),
        Optional.of(new Revision(revision)),
        SEPARATE,
        NOW,
        state,
        Map.of(type, view));
  }

  private static KnownOrigins.Has after(KnownOrigins.Has before, NodeView... streams) {
    return KnownOrigins.collect(List.of(streams), Map.of("edge-1", before))
        .getOrDefault("edge-1", KnownOrigins.Has.NOTHING);
  }

  private static final KnownOrigins.Has SEVEN =
      new KnownOrigins.Has(Optional.of(new Revision(7)), Map.of());

  @Test
  void aRevisionIsAcceptedWhenEveryStreamOfTheEnvoyHasIt() {
    NodeView clusters = stream(ResourceType.CLUSTER, 8, State.SYNCED, "aa8");
    NodeView listeners = stream(ResourceType.LISTENER, 8, State.NACKED, "aa7");

    assertThat(after(SEVEN, clusters, listeners).revision()).contains(new Revision(7));
    assertThat(after(SEVEN, listeners, clusters).revision()).contains(new Revision(7));

    NodeView better = stream(ResourceType.LISTENER, 8, State.SYNCED, "aa8");
    assertThat(after(SEVEN, clusters, better).revision()).contains(new Revision(8));
    NodeView late = stream(ResourceType.LISTENER, 7, State.SYNCED, "aa7");
    assertThat(after(SEVEN, clusters, late).revision()).contains(new Revision(7));
  }

  @Test
  void whoIsOnItsWayHasTheLastOneAndWhoIsGoneHasNothing() {
    NodeView behind = stream(ResourceType.CLUSTER, 8, State.BEHIND, "aa7");
    assertThat(after(SEVEN, behind).revision()).contains(new Revision(7));
    assertThat(after(KnownOrigins.Has.NOTHING, behind).revision()).isEmpty();
    assertThat(KnownOrigins.collect(List.of(), Map.of("edge-1", SEVEN))).isEmpty();
  }

  @Test
  void versionsAreThoseThatWereAccepted() {
    assertThat(
            after(
                    SEVEN,
                    stream(ResourceType.CLUSTER, 8, State.SYNCED, "aa8"),
                    stream(ResourceType.LISTENER, 8, State.NACKED, "aa7"))
                .versions())
        .containsExactlyInAnyOrderEntriesOf(Map.of("cluster", "aa8", "listener", "aa7"));
  }
}
