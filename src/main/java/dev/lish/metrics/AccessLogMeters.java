package dev.lish.metrics;

import dev.lish.accesslog.AccessLogView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** What was received as access logs. The clusters are bounded where they are counted. */
final class AccessLogMeters {
  private record Key(String cluster, String response) {}

  private final MeterRegistry registry;

  /** Micrometer keeps only weak references to what it reads. */
  private final Map<Key, AtomicLong> entries = new HashMap<>();

  private volatile AccessLogView last = AccessLogView.EMPTY;

  AccessLogMeters(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("lish.accesslog.streams", this, m -> m.last.openStreams())
        .description("Access-log streams that are open")
        .register(registry);
    counter("lish.accesslog.streams.opened", "Access-log streams ever opened", v -> v.streams());
    counter("lish.accesslog.messages", "Access-log messages received", v -> v.messages());
    counter("lish.accesslog.messages.refused", "Messages malformed or too big", v -> v.refused());
  }

  private void counter(String name, String description, ToDoubleFunction<AccessLogView> value) {
    FunctionCounter.builder(name, this, m -> value.applyAsDouble(m.last))
        .description(description)
        .register(registry);
  }

  void refresh(AccessLogView view) {
    last = view;
    for (AccessLogView.Count count : view.counts()) {
      entries
          .computeIfAbsent(new Key(count.cluster(), count.response().label()), this::register)
          .set(count.entries());
    }
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
