package dev.lish.metrics;

import dev.lish.accesslog.AccessLogView;
import dev.lish.model.ResourceType;
import dev.lish.pipeline.View;
import dev.lish.serve.NodeView;
import dev.lish.serve.XdsMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All meters of this process, in a registry of their own: nothing is added to Micrometer's global
 * registry, which Armeria and an embedded Central Dogma may use. No tag ever holds the id of a
 * stream or node. The names are listed in {@code docs/metrics.md}.
 */
public final class Meters implements AutoCloseable {
  private static final String OPEN_METRICS = "application/openmetrics-text";
  private static final String TEXT = "text/plain";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Clock clock;
  private final JvmGcMetrics collector = new JvmGcMetrics();
  private final XdsMeters xds = new XdsMeters(registry);
  private final List<Runnable> refreshes = new ArrayList<>();

  /**
   * What a scrape answers.
   *
   * @param contentType of the body
   * @param body every meter
   */
  public record Scrape(String contentType, String body) {}

  /** Meters of the JVM, the process and xDS, until {@link #watch} adds others. */
  public Meters(Clock clock) {
    this.clock = clock;
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collector.bindTo(registry);
  }

  /** What xDS streams tell. */
  public XdsMeter xds() {
    return xds;
  }

  /** Adds the meters of the pipeline, of nodes and of access logs, read at each scrape. */
  public synchronized void watch(
      Supplier<View> view,
      Supplier<List<NodeView>> nodes,
      Supplier<Map<ResourceType, Integer>> behind,
      Supplier<AccessLogView> accessLogs) {
    PipelineMeters pipeline = new PipelineMeters(registry);
    refreshes.add(() -> pipeline.refresh(view.get(), clock.instant()));
    NodeMeters states = new NodeMeters(registry);
    refreshes.add(
        () -> {
          states.refresh(nodes.get(), clock.instant());
          states.refresh(behind.get());
        });
    SnapshotMeters snapshots = new SnapshotMeters(registry);
    refreshes.add(() -> snapshots.refresh(view.get().assignment()));
    AccessLogMeters logs = new AccessLogMeters(registry);
    refreshes.add(() -> logs.refresh(accessLogs.get()));
  }

  /**
   * Adds a certificate that Lish shows.
   *
   * @param door where it is shown
   * @param expires read at each scrape
   */
  public void certificate(String door, Supplier<Instant> expires) {
    Gauge.builder(
            "lish.certificate.expiry",
            () -> Duration.between(clock.instant(), expires.get()).toSeconds())
        .description("How long the certificate is still good for; negative: it has expired")
        .baseUnit("seconds")
        .tag("door", door)
        .register(registry);
  }

  /** Every meter in Prometheus' text format. */
  public String scrape() {
    return scrape("").body();
  }

  /**
   * Every meter, as OpenMetrics when the {@code Accept} header asks for it, else in Prometheus'
   * text format.
   */
  public synchronized Scrape scrape(String accept) {
    refreshes.forEach(Runnable::run);
    // The same choice that Prometheus' own client makes: its scraper names both, OpenMetrics first.
    String type =
        accept.contains(OPEN_METRICS)
            ? OPEN_METRICS + "; version=1.0.0; charset=utf-8"
            : TEXT + "; version=0.0.4; charset=utf-8";
    return new Scrape(type, registry.scrape(type));
  }

  /** The registry, for tests and for meters of libraries. */
  PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Ends the listeners that the JVM calls. */
  @Override
  public void close() {
    collector.close();
    registry.close();
  }
}
