package dev.lish.metrics;

import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.AccessLogView.Series;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The series of access logs, as they are added up elsewhere: Micrometer has no meter for a
 * histogram that is not its own, so they go beside it into the same registry of Prometheus' client.
 */
final class TrafficCollector implements MultiCollector {
  private static final double[] BOUNDS = bounds();

  private volatile List<Series> series = List.of();

  void refresh(AccessLogView view) {
    series = view.series();
  }

  private static double[] bounds() {
    long[] micros = Series.Durations.boundsMicros();
    double[] bounds = new double[micros.length + 1];
    for (int i = 0; i < micros.length; i++) {
      bounds[i] = micros[i] / 1e6;
    }
    bounds[micros.length] = Double.POSITIVE_INFINITY;
    return bounds;
  }

  @Override
  public MetricSnapshots collect() {
    List<Series> now = series;
    return new MetricSnapshots(
        counter(now, "lish_traffic_requests", "Requests and connections", Series::requests),
        counter(
            now,
            "lish_traffic_received_bytes",
            "From clients, headers too",
            s -> s.bytes().received()),
        counter(now, "lish_traffic_sent_bytes", "To clients, headers too", s -> s.bytes().sent()),
        counter(now, "lish_traffic_retries", "Attempts beyond the first", Series::retries),
        histogram(
            now,
            "lish_traffic_duration_seconds",
            "Requests by how long they took",
            Series::durations),
        histogram(
            now,
            "lish_traffic_first_byte_seconds",
            "Until the upstream's first byte",
            Series::firstByte));
  }

  private static CounterSnapshot counter(
      List<Series> all, String name, String help, ToDoubleFunction<Series> value) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
    for (Series each : all) {
      counter.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(labels(each))
              .value(value.applyAsDouble(each))
              .build());
    }
    return counter.build();
  }

  private static HistogramSnapshot histogram(
      List<Series> all, String name, String help, Function<Series, Series.Durations> times) {
    HistogramSnapshot.Builder histogram =
        HistogramSnapshot.builder().name(name).unit(Unit.SECONDS).help(help);
    for (Series each : all) {
      Series.Durations found = times.apply(each);
      if (found.counts().stream().allMatch(count -> count == 0)) {
        // Connections and failures have no first byte: a line for each bucket would say nothing.
        continue;
      }
      histogram.dataPoint(
          HistogramSnapshot.HistogramDataPointSnapshot.builder()
              .labels(labels(each))
              .sum(found.micros() / 1e6)
              .classicHistogramBuckets(
                  ClassicHistogramBuckets.of(BOUNDS, found.counts().toArray(Number[]::new)))
              .build());
    }
    return histogram.build();
  }

  private static Labels labels(Series series) {
    AccessLogView.SeriesKey key = series.key();
    return Labels.of(
        "cluster", key.cluster(),
        "failure", key.failure().label(),
        "group", key.group(),
        "node_cluster", key.nodeCluster(),
        "response", key.response().label(),
        "route", key.route(),
        "stage", key.stage());
  }
}
