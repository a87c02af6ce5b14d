package dev.lish.metrics;

import dev.lish.serve.NodeView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many Envoys are in which state; which ones they are is for the API to say. */
final class NodeMeters {
  private volatile Map<NodeView.State, Integer> counts = Map.of();

  NodeMeters(MeterRegistry registry) {
    for (NodeView.State state : NodeView.State.values()) {
      Gauge.builder("lish.nodes", this, m -> m.counts.getOrDefault(state, 0))
          .description("Connected Envoys by state; one with separate streams counts for each")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  void refresh(List<NodeView> nodes) {
    Map<NodeView.State, Integer> next = new EnumMap<>(NodeView.State.class);
    nodes.forEach(node -> next.merge(node.state(), 1, Integer::sum));
    counts = next;
  }
}
