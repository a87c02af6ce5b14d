package dev.lish.accesslog;

import java.util.List;
import java.util.Map;

/**
 * The traffic of a window, at one moment.
 *
 * @param span how far it looks back
 * @param seconds that it really is of: less after a start, and the newest part is not over
 * @param clusters by name
 * @param versions by stage and revision
 * @param edges by caller and called cluster
 */
public record Traffic(
    Span span, long seconds, List<Cluster> clusters, List<Version> versions, List<Edge> edges) {
  /** Copies the lists. */
  public Traffic {
    clusters = List.copyOf(clusters);
    versions = List.copyOf(versions);
    edges = List.copyOf(edges);
  }

  /**
   * How it went.
   *
   * @param requests that have ended, connections too
   * @param errors those that failed by a server or on the way to it: 5xx, or no response for
   *     another reason than that the client went away
   * @param p50 median duration in milliseconds, at most 3.2 % off; 0 without durations
   * @param p95 likewise
   * @param p99 likewise
   * @param flags Envoy's response flags to their number
   */
  public record Stats(
      long requests, long errors, double p50, double p95, double p99, Map<String, Long> flags) {
    /** Copies the map. */
    public Stats {
      flags = Map.copyOf(flags);
    }
  }

  /** An upstream cluster; {@link AccessLogs#NO_CLUSTER} stands for Envoy itself. */
  public record Cluster(String name, Stats stats) {}

  /**
   * What the Envoys of a stage did with a revision.
   *
   * @param stage empty: of Envoys that belong to none
   * @param revision that they had accepted in full; 0: not known here
   */
  public record Version(String stage, int revision, Stats stats) {}

  /** Who calls whom: a node cluster an upstream cluster. */
  public record Edge(String from, String to, long requests, long errors) {}
}
