package dev.lish.metrics;

import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.RawView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** What was received as access logs. The clusters are bounded where they are counted. */
final class AccessLogMeters {
  private record Key(String cluster, String response) {}

  private final PrometheusMeterRegistry registry;
  private final TrafficCollector traffic = new TrafficCollector();

  /** Micrometer keeps only weak references to what it reads. */
  private final Map<Key, AtomicLong> entries = new HashMap<>();

  private final Map<Key, AtomicLong> sinks = new HashMap<>();

  private volatile AccessLogView last = AccessLogView.EMPTY;

  AccessLogMeters(PrometheusMeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("lish.accesslog.streams", this, m -> m.last.received().openStreams())
        .description("Access-log streams that are open")
        .register(registry);
    counter(
        "lish.accesslog.streams.opened",
        "Access-log streams ever opened",
        v -> v.received().streams());
    counter(
        "lish.accesslog.streams.broken",
        "Streams that ended without a word",
        v -> v.received().broken());
    counter(
        "lish.accesslog.messages", "Access-log messages received", v -> v.received().messages());
    counter(
        "lish.accesslog.messages.refused",
        "Messages malformed or too big",
        v -> v.received().refused());
    counter(
        "lish.accesslog.entries.dropped",
        "Entries not read since event loops were busy",
        v -> v.lost().dropped());
    counter(
        "lish.accesslog.entries.partial",
        "Entries that tell of a part of a request only",
        v -> v.lost().partial());
    counter(
        "lish.accesslog.entries.folded",
        "Entries counted under other for lack of room",
        v -> v.lost().folded());
    counter(
        "lish.accesslog.raw.dropped",
        "Entries to be kept that found the queue full",
        v -> v.raw().dropped());
    this.registry.getPrometheusRegistry().register(traffic);
  }

  private void counter(String name, String description, ToDoubleFunction<AccessLogView> value) {
    FunctionCounter.builder(name, this, m -> value.applyAsDouble(m.last))
        .description(description)
        .register(registry);
  }

  void refresh(AccessLogView view) {
    last = view;
    traffic.refresh(view);
    view.raw().sinks().forEach(this::refresh);
    for (AccessLogView.Count count : view.counts()) {
      entries
          .computeIfAbsent(new Key(count.cluster(), count.response().label()), this::register)
          .set(count.entries());
    }
  }

  private void refresh(RawView.Sink sink) {
    set("lish.accesslog.raw.sink.lines", "Lines that a sink took", sink, sink.written());
    set("lish.accesslog.raw.sink.dropped", "Lines that a sink did not take", sink, sink.dropped());
    set("lish.accesslog.raw.sink.failures", "Attempts that failed", sink, sink.failures());
  }

  private void set(String name, String description, RawView.Sink sink, long value) {
    sinks
        .computeIfAbsent(
            new Key(name, sink.name()),
            key -> {
              AtomicLong fresh = new AtomicLong();
              FunctionCounter.builder(name, fresh, AtomicLong::get)
                  .description(description)
                  .tag("sink", sink.name())
                  .register(registry);
              return fresh;
            })
        .set(value);
  }

  private AtomicLong register(Key key) {
    AtomicLong value = new AtomicLong();
    FunctionCounter.builder("lish.accesslog.entries", value, AtomicLong::get)
        .description("Access-log entries per upstream cluster and response class")
        .tag("cluster", key.cluster())
        .tag("response", key.response())
        .register(registry);
    return value;
  }
}
