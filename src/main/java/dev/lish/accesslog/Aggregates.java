package dev.lish.accesslog;

import com.google.common.primitives.Longs;
import com.google.protobuf.ByteString;
import dev.lish.accesslog.AccessLogView.Series;
import dev.lish.accesslog.AccessLogView.SeriesKey;
import dev.lish.model.Revision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What everybody reads; confined to whoever holds the lock of its owner. */
final class Aggregates implements Delta.Taker {
  /** Each of the tags stands for many. */
  private static final String OTHER = AccessLogs.OTHER;

  private final int maxSeries;
  private final long startedAt;
  private final Map<SeriesKey, Sums> series = new HashMap<>();
  private final Windows<String> clusters;
  private final Windows<VersionKey> versions;
  private final Windows<EdgeKey> edges;
  private long now;
  private long folded;

  private record VersionKey(String stage, int revision) implements Comparable<VersionKey> {
    @Override
    public int compareTo(VersionKey that) {
      int byStage = stage.compareTo(that.stage);
      return byStage != 0 ? byStage : Integer.compare(revision, that.revision);
    }
  }

  private record EdgeKey(String from, String to) implements Comparable<EdgeKey> {
    @Override
    public int compareTo(EdgeKey that) {
      int byCaller = from.compareTo(that.from);
      return byCaller != 0 ? byCaller : to.compareTo(that.to);
    }
  }

  Aggregates(AccessLogs.Limits limits, long startedAt) {
    this.startedAt = startedAt;
    maxSeries = limits.series();
    clusters = new Windows<>(limits.clusters(), Counts.WIDTH, OTHER);
    versions = new Windows<>(limits.versions(), Counts.WIDTH, new VersionKey(OTHER, 0));
    edges = new Windows<>(limits.edges(), Counts.FLAGS, new EdgeKey(OTHER, OTHER));
  }

  /** What is taken next counts for this second since the epoch. */
  void at(long second) {
    now = second;
  }

  @Override
  public void take(Scope scope, ClusterDelta delta) {
    String cluster = cluster(delta.cluster);
    clusters.add(cluster, now, delta.counts);
    Origin origin = scope.origin();
    int revision = origin.accepted().map(Revision::number).orElse(0);
    versions.add(new VersionKey(origin.stage(), revision), now, delta.counts);
    edges.add(new EdgeKey(scope.nodeCluster(), cluster), now, delta.counts);
    for (ClusterDelta.Route route : delta.routes()) {
      String name = route.name.toStringUtf8();
      route.forEach(
          (response, failure, sums) -> {
            Origin from = scope.origin();
            SeriesKey key =
                new SeriesKey(
                    from.stage(),
                    from.group(),
                    scope.nodeCluster(),
                    cluster,
                    name,
                    response,
                    failure);
            take(key, sums);
          });
    }
  }

  private void take(SeriesKey key, Sums sums) {
    Sums found = series.get(key);
    if (found == null) {
      // How requests end stays visible in what is counted together.
      SeriesKey bounded =
          series.size() < maxSeries
              ? key
              : new SeriesKey(OTHER, OTHER, OTHER, OTHER, OTHER, key.response(), key.failure());
      folded += bounded.equals(key) ? 0 : sums.requests;
      found = series.computeIfAbsent(bounded, k -> new Sums());
    }
    found.take(sums);
  }

  private static String cluster(ByteString name) {
    return name.isEmpty() ? AccessLogs.NO_CLUSTER : name.toStringUtf8();
  }

  /** Every series, in no order. */
  List<Series> series() {
    List<Series> all = new ArrayList<>();
    series.forEach(
        (key, sums) ->
            all.add(
                new Series(
                    key,
                    sums.requests,
                    new Series.Bytes(sums.received, sums.sent),
                    sums.retries,
                    new Series.Durations(sums.durationMicros, Longs.asList(sums.durations)),
                    new Series.Durations(sums.firstByteMicros, Longs.asList(sums.firstBytes)))));
    return all;
  }

  /** Requests that were counted together because there was no room for their series. */
  long folded() {
    return folded;
  }

  Traffic traffic(Span span, long second) {
    List<Traffic.Cluster> named = new ArrayList<>();
    clusters
        .sums(span, second)
        .forEach((name, sum) -> named.add(new Traffic.Cluster(name, stats(sum))));
    List<Traffic.Version> versioned = new ArrayList<>();
    versions
        .sums(span, second)
        .forEach(
            (key, sum) ->
                versioned.add(new Traffic.Version(key.stage(), key.revision(), stats(sum))));
    List<Traffic.Edge> graph = new ArrayList<>();
    edges
        .sums(span, second)
        .forEach(
            (key, sum) ->
                graph.add(
                    new Traffic.Edge(
                        key.from(), key.to(), sum[Counts.REQUESTS], sum[Counts.ERRORS])));
    long seconds = Math.min(span.ring(1).span(second), Math.max(1, second - startedAt + 1));
    return new Traffic(span, seconds, named, versioned, graph);
  }

  private static Traffic.Stats stats(long[] sum) {
    Map<String, Long> flags = new TreeMap<>();
    for (int i = 1; i < Integer.SIZE; i++) {
      if (sum[Counts.FLAGS + i] > 0) {
        flags.put(FlagClass.letter(i), sum[Counts.FLAGS + i]);
      }
    }
    long[] latencies = new long[Latency.BUCKETS];
    System.arraycopy(sum, Counts.LATENCIES, latencies, 0, latencies.length);
    return new Traffic.Stats(
        sum[Counts.REQUESTS],
        sum[Counts.ERRORS],
        Latency.percentile(latencies, 0.5) / 1000,
        Latency.percentile(latencies, 0.95) / 1000,
        Latency.percentile(latencies, 0.99) / 1000,
        flags);
  }
}
