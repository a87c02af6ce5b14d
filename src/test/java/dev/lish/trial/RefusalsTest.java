package dev.lish.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.serve.NodeView;
import dev.lish.serve.NodeView.TypeView;
import dev.lish.serve.StreamKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Version BAD = new Version("bad");

  private static NodeView node(boolean waits) {
    TypeView clusters =
        new TypeView(
            Optional.of(BAD),
            Optional.empty(),
            Optional.of(BAD),
            "no",
            NOW,
            "orders.yaml",
            waits ? Optional.of(NOW) : Optional.empty());
    return new NodeView(
        new Node("a", "edge", new Locality("", "", ""), new TreeMap<>(), "", "", List.of()),
        Optional.empty(),
        Optional.empty(),
        new StreamKind(false, true),
        NOW,
        NodeView.State.NACKED,
        Map.of(ResourceType.CLUSTER, clusters));
  }

  @Test
  void whatIsRejectedIsRefused() {
    assertThat(Refusals.of(node(false)))
        .containsExactly(new Refusals.Refusal(ResourceType.CLUSTER, BAD, "no", "orders.yaml"));
  }

  @Test
  void whoHasYetToAnswerToSomethingNewerMayAccept() {
    assertThat(Refusals.of(node(true))).isEmpty();
  }
}
