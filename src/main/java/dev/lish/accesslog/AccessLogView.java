package dev.lish.accesslog;

import java.util.List;

/**
 * What was received since the start, at one moment.
 *
 * @param openStreams streams that are open now
 * @param streams streams that were ever opened
 * @param messages messages received
 * @param refused messages that were malformed or too big; each ended its stream
 * @param counts sorted by cluster and class, without zeros; clusters above the limit are summed up
 *     under {@link AccessLogs#OTHER}
 * @param logs sorted, without those that have neither; logs above the limit are summed up under
 *     {@link AccessLogs#OTHER}
 */
public record AccessLogView(
    long openStreams,
    long streams,
    long messages,
    long refused,
    List<Count> counts,
    List<Log> logs) {
  /** Nothing received. */
  public static final AccessLogView EMPTY = new AccessLogView(0, 0, 0, 0, List.of(), List.of());

  /** Copies the lists. */
  public AccessLogView {
    counts = List.copyOf(counts);
    logs = List.copyOf(logs);
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
