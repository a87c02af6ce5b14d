package dev.lish.metrics;

import dev.lish.guard.Decision;
import dev.lish.guard.Headroom;
import dev.lish.guard.Level;
import dev.lish.pipeline.GuardView;
import dev.lish.source.Hold;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What the endpoint guard did, as gauges; one row per assignment, priority and kind of hold. */
final class GuardMeters {
  private final MultiGauge hosts;
  private final MultiGauge available;
  private final MultiGauge addable;
  private final MultiGauge losable;
  private final MultiGauge threshold;
  private final MultiGauge factor;
  private final MultiGauge alarm;
  private final MultiGauge waiting;
  private final MultiGauge held;
  private final MultiGauge changes;
  private final MultiGauge alarms;

  GuardMeters(MeterRegistry registry) {
    hosts = gauge(registry, "lish.guard.hosts", "Hosts that are sent");
    available = gauge(registry, "lish.guard.available", "Of these, up for the settle time");
    addable = gauge(registry, "lish.guard.addable", "More that could be added at once, all down");
    losable = gauge(registry, "lish.guard.losable", "Of those available, how many could go down");
    threshold = gauge(registry, "lish.guard.threshold", "Panic threshold in percent, 0: none");
    factor = gauge(registry, "lish.guard.factor", "Overprovisioning factor that is sent");
    alarm = gauge(registry, "lish.guard.alarm", "1 while a person should look at it");
    waiting = gauge(registry, "lish.guard.waiting", "New hosts that wait for a later step");
    held = gauge(registry, "lish.guard.held", "Hosts that are kept back, by kind");
    changes = gauge(registry, "lish.guard.changes", "Revisions that wait: what they do to hosts");
    alarms = gauge(registry, "lish.guard.alarms", "Alarms since the start");
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  void refresh(GuardView view) {
    List<Row<?>> counts = new ArrayList<>();
    List<Row<?>> ups = new ArrayList<>();
    List<Row<?>> adds = new ArrayList<>();
    List<Row<?>> losses = new ArrayList<>();
    List<Row<?>> thresholds = new ArrayList<>();
    List<Row<?>> factors = new ArrayList<>();
    List<Row<?>> lasting = new ArrayList<>();
    List<Row<?>> later = new ArrayList<>();
    for (GuardView.Guarded one : view.assignments()) {
      Decision decision = one.decision();
      Tags tags = Tags.of("clusters", String.join(",", one.terms().clusters()));
      tags = tags.and("assignment", one.name());
      Iterator<Headroom> rooms = decision.headroom(one.terms().rules().threshold()).iterator();
      for (Map.Entry<Integer, Level> level : decision.levels().entrySet()) {
        Tags own = tags.and("priority", level.getKey().toString());
        Headroom room = rooms.next();
        room.addable().ifPresent(n -> adds.add(Row.of(own, n)));
        room.losable().ifPresent(n -> losses.add(Row.of(own, n)));
        counts.add(Row.of(own, level.getValue().counted()));
        ups.add(Row.of(own, level.getValue().available()));
      }
      thresholds.add(Row.of(tags, one.terms().rules().threshold()));
      factors.add(Row.of(tags, decision.factor()));
      lasting.add(Row.of(tags, decision.alarms().isEmpty() ? 0 : 1));
      later.add(Row.of(tags, decision.waiting().size()));
    }
    hosts.register(counts, true);
    available.register(ups, true);
    addable.register(adds, true);
    losable.register(losses, true);
    threshold.register(thresholds, true);
    factor.register(factors, true);
    alarm.register(lasting, true);
    waiting.register(later, true);
    held.register(heldRows(view), true);
    changes.register(List.of(Row.of(Tags.empty(), view.changes().size())), true);
    alarms.register(List.of(Row.of(Tags.empty(), view.alarms())), true);
  }

  private static List<Row<?>> heldRows(GuardView view) {
    Map<Hold.Kind, Integer> counts = new EnumMap<>(Hold.Kind.class);
    for (GuardView.Kept kept : view.holds()) {
      counts.merge(kept.hold().kind(), kept.hold().hosts().size(), Integer::sum);
    }
    List<Row<?>> rows = new ArrayList<>();
    for (Hold.Kind kind : Hold.Kind.values()) {
      rows.add(Row.of(Tags.of("kind", kind.label()), counts.getOrDefault(kind, 0)));
    }
    return rows;
  }
}
