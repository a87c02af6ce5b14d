package dev.lish.metrics;

import dev.lish.model.ResourceType;
import dev.lish.serve.NodeView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many Envoys are in which state; which ones they are is for the API to say. */
final class NodeMeters {
  private volatile Map<NodeView.State, Integer> counts = Map.of();
  private volatile Map<ResourceType, Duration> ages = Map.of();
  private volatile Map<ResourceType, Integer> behind = Map.of();

  NodeMeters(MeterRegistry registry) {
    for (NodeView.State state : NodeView.State.values()) {
      Gauge.builder("lish.nodes", this, m -> m.counts.getOrDefault(state, 0))
          .description("Connected Envoys by state; one with separate streams counts for each")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    for (ResourceType type : ResourceType.values()) {
      Gauge.builder("lish.xds.behind", this, m -> m.behind.getOrDefault(type, 0))
          .description("Streams that lack something of the newest version")
          .tag("type", type.label())
          .register(registry);
      Gauge.builder("lish.xds.unanswered.age", this, m -> m.age(type))
          .description("How long the oldest response waits for its ACK")
          .baseUnit("seconds")
          .tag("type", type.label())
          .register(registry);
    }
  }

  private double age(ResourceType type) {
    return ages.getOrDefault(type, Duration.ZERO).toMillis() / 1000.0;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  void refresh(Map<ResourceType, Integer> nowBehind) {
    behind = nowBehind;
  }

  void refresh(List<NodeView> nodes, Instant now) {
    Map<ResourceType, Duration> oldest = new EnumMap<>(ResourceType.class);
    for (NodeView node : nodes) {
      node.types()
          .forEach(
              (type, view) -> {
                view.unanswered()
                    .ifPresent(
                        since ->
                            oldest.merge(type, Duration.between(since, now), NodeMeters::longer));
              });
    }
    ages = oldest;
    Map<NodeView.State, Integer> next = new EnumMap<>(NodeView.State.class);
    nodes.forEach(node -> next.merge(node.state(), 1, Integer::sum));
    counts = next;
  }
}
