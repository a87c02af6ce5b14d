package dev.lish.accesslog;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was received since the start, at one moment.
 *
 * @param received streams and messages
 * @param lost entries that were not counted
 * @param series in no order; those above the limit are summed up under {@link AccessLogs#OTHER}
 * @param logs sorted, without those that have neither; logs above the limit are summed up under
 *     {@link AccessLogs#OTHER}
 * @param raw entries that are kept as they are
 */
public record AccessLogView(
    Received received, Lost lost, List<Series> series, List<Log> logs, RawView raw) {
  /** Nothing received. */
  public static final AccessLogView EMPTY =
      new AccessLogView(
          new Received(0, 0, 0, 0, 0),
          new Lost(0, 0, 0),
          List.of(),
          List.of(),
          new RawView(0, 0, List.of()));

  /** Copies the lists. */
  public AccessLogView {
    series = List.copyOf(series);
    logs = List.copyOf(logs);
  }

  /**
   * What came.
   *
   * @param openStreams streams that are open now
   * @param streams streams that were ever opened
   * @param broken streams that ended without a word; what their Envoys had on the way is lost
   * @param messages messages received
   * @param refused messages that were malformed or too big; each ended its stream
   */
  public record Received(
      long openStreams, long streams, long broken, long messages, long refused) {}

  /**
   * What is not in the series.
   *
   * @param dropped entries that were skipped because a loop was busy
   * @param partial entries that tell of a part of a request: its start, its course, one attempt
   * @param folded requests that are under {@code other} for lack of room
   */
  public record Lost(long dropped, long partial, long folded) {}

  /**
   * What tells series apart.
   *
   * @param stage empty: none
   * @param group empty: none
   * @param nodeCluster {@code --service-cluster} of the Envoys
   * @param cluster the upstream cluster; {@link AccessLogs#NO_CLUSTER} for requests that Envoy
   *     answered itself
   * @param route the route's name; empty: it has none
   * @param response how they ended
   * @param failure what Envoy says went wrong
   */
  public record SeriesKey(
      String stage,
      String group,
      String nodeCluster,
      String cluster,
      String route,
      ResponseClass response,
      FlagClass failure) {}

  /**
   * Requests of one kind.
   *
   * @param durations how long they took
   * @param firstByte until the first byte of the upstream's response; for those that had one
   */
  public record Series(
      SeriesKey key,
      long requests,
      Bytes bytes,
      long retries,
      Durations durations,
      Durations firstByte) {
    /** From the client and to it. */
    public record Bytes(long received, long sent) {}

    /**
     * How long something took; requests of which that is not known are not here.
     *
     * @param micros their sum
     * @param counts by bucket of {@link #boundsMicros}, not cumulative; one more for the rest
     */
    public record Durations(long micros, List<Long> counts) {
      /** Copies the list. */
      public Durations {
        counts = List.copyOf(counts);
      }

      /** Upper bounds of the buckets, inclusive. */
      public static long[] boundsMicros() {
        return Sums.bounds();
      }
    }
  }

  /** Requests by cluster and response, sorted. */
  public List<Count> counts() {
    Map<Count, Long> sums =
        new TreeMap<>(Comparator.comparing(Count::cluster).thenComparing(Count::response));
    for (Series each : series) {
      Count key = new Count(each.key().cluster(), each.key().response(), 0);
      sums.merge(key, each.requests(), Long::sum);
    }
    return sums.entrySet().stream()
        .map(e -> new Count(e.getKey().cluster(), e.getKey().response(), e.getValue()))
        .toList();
  }

  /** Requests that were counted. */
  public long entries() {
    return series.stream().mapToLong(Series::requests).sum();
  }

  /**
   * Entries of one kind.
   *
   * @param cluster the upstream cluster; {@link AccessLogs#NO_CLUSTER} for requests that Envoy
   *     answered itself
   * @param response how they ended
   * @param entries how many
   */
  public record Count(String cluster, ResponseClass response, long entries) {}

  /**
   * A log that Envoys write.
   *
   * @param nodeCluster {@code --service-cluster} of the Envoys
   * @param name {@code log_name} of their access-log configuration
   * @param openStreams streams that are open now
   * @param entries entries received
   */
  public record Log(String nodeCluster, String name, long openStreams, long entries) {}
}
