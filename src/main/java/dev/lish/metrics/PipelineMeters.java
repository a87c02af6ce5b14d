package dev.lish.metrics;

import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.pipeline.View;
import dev.lish.pipeline.View.Freshness;
import dev.lish.pipeline.View.SourceView;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The pipeline's view as gauges. */
final class PipelineMeters {
  private final MultiGauge ready;
  private final MultiGauge head;
  private final MultiGauge target;
  private final MultiGauge serving;
  private final MultiGauge paused;
  private final MultiGauge local;
  private final MultiGauge problems;
  private final MultiGauge pending;
  private final MultiGauge sources;
  private final MultiGauge silence;
  private final MultiGauge drains;
  private final MultiGauge drained;
  private final GuardMeters guard;

  PipelineMeters(MeterRegistry registry) {
    ready = gauge(registry, "lish.ready", "1 when /readyz says so", "");
    head = gauge(registry, "lish.head.revision", "Newest known revision of the mesh, 0: none", "");
    target = gauge(registry, "lish.stage.target.revision", "Revision it should have, 0: none", "");
    serving = gauge(registry, "lish.stage.serving.revision", "Revision it has, 0: none", "");
    paused = gauge(registry, "lish.stage.paused", "1 when an operator paused it", "");
    local = gauge(registry, "lish.stage.local", "1 when set with --local and not shared yet", "");
    problems = gauge(registry, "lish.stage.problems", "Problems of the target revision", "");
    guard = new GuardMeters(registry);
    pending =
        gauge(registry, "lish.membership.pending", "1 when a change of stages' nodes waits", "");
    sources = gauge(registry, "lish.sources", "Sources by state", "");
    drains = gauge(registry, "lish.drains", "Instances and hosts that operators took out", "");
    drained = gauge(registry, "lish.drained.instances", "Watched instances that these cover", "");
    silence =
        gauge(registry, "lish.source.silence", "How long the longest silent one is", "seconds");
  }

  private static MultiGauge gauge(
      MeterRegistry registry, String name, String description, String unit) {
    MultiGauge.Builder builder = MultiGauge.builder(name).description(description);
    return (unit.isEmpty() ? builder : builder.baseUnit(unit)).register(registry);
  }

  void refresh(View view, Instant now) {
    set(ready, view.notReady().isEmpty());
    set(head, number(view.head()));
    set(pending, view.membership().pending().isPresent());
    List<Row<?>> targets = new ArrayList<>();
    List<Row<?>> servings = new ArrayList<>();
    List<Row<?>> pauses = new ArrayList<>();
    List<Row<?>> locals = new ArrayList<>();
    List<Row<?>> found = new ArrayList<>();
    for (View.Stage stage : view.stages()) {
      Tags tags = Tags.of("stage", stage.name());
      targets.add(Row.of(tags, number(stage.target())));
      servings.add(Row.of(tags, number(stage.serving())));
      pauses.add(Row.of(tags, stage.control().paused() ? 1 : 0));
      locals.add(Row.of(tags, stage.local() ? 1 : 0));
      long errors = stage.problems().stream().filter(Problem::isError).count();
      found.add(Row.of(tags.and("severity", "error"), errors));
      found.add(Row.of(tags.and("severity", "warning"), stage.problems().size() - errors));
    }
    target.register(targets, true);
    serving.register(servings, true);
    paused.register(pauses, true);
    local.register(locals, true);
    problems.register(found, true);
    refreshSources(view.sources(), now);
    refreshDrains(view.drains());
    guard.refresh(view.guard());
  }

  private void refreshDrains(List<View.Drained> all) {
    int onlyHere = (int) all.stream().filter(View.Drained::local).count();
    drains.register(
        List.of(
            Row.of(Tags.of("shared", "yes"), all.size() - onlyHere),
            Row.of(Tags.of("shared", "no"), onlyHere)),
        true);
    set(drained, all.stream().mapToInt(View.Drained::instances).sum());
  }

  /** Thousands of queries may be watched, so those of a registry are counted together. */
  private void refreshSources(List<SourceView> views, Instant now) {
    Map<String, Map<Freshness, Integer>> counts = new TreeMap<>();
    Map<String, Duration> longest = new TreeMap<>();
    for (SourceView source : views) {
      String kind = kind(source.name());
      counts
          .computeIfAbsent(kind, k -> new EnumMap<>(Freshness.class))
          .merge(source.freshness(), 1, Integer::sum);
      Duration silent =
          source.freshness() == Freshness.STALE
              ? source.since().map(since -> Duration.between(since, now)).orElse(Duration.ZERO)
              : Duration.ZERO;
      longest.merge(kind, silent, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
    List<Row<?>> states = new ArrayList<>();
    counts.forEach(
        (kind, byState) -> {
          for (Freshness state : Freshness.values()) {
            states.add(
                Row.of(
                    Tags.of("source", kind, "state", label(state)),
                    byState.getOrDefault(state, 0)));
          }
        });
    sources.register(states, true);
    List<Row<?>> silences = new ArrayList<>();
    longest.forEach(
        (kind, age) -> silences.add(Row.of(Tags.of("source", kind), age.toMillis() / 1000.0)));
    silence.register(silences, true);
  }

  /** A discovery query {@code consul:payments?tag=v2} belongs to {@code consul}. */
  private static String kind(String source) {
    int colon = source.indexOf(':');
    return colon < 0 ? source : source.substring(0, colon);
  }

  private static String label(Freshness state) {
    return switch (state) {
      case CURRENT -> "current";
      case STALE -> "stale";
      case MISSING -> "missing";
    };
  }

  private static int number(Optional<Revision> revision) {
    return revision.map(Revision::number).orElse(0);
  }

  private static void set(MultiGauge gauge, boolean value) {
    set(gauge, value ? 1 : 0);
  }

  private static void set(MultiGauge gauge, int value) {
    gauge.register(List.of(Row.of(Tags.empty(), value)), true);
  }
}
