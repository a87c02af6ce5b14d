package dev.lish.guard;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;

/** How soon a host that an Envoy has, and that passes from now on, takes traffic. */
public final class Joining {
  /** Envoy's default for {@code update_merge_window}, in milliseconds. */
  private static final long MERGE_WINDOW = 1_000;

  private Joining() {}

  /**
   * The longest time, in a cluster that has had a connection (before, {@code no_traffic_interval}
   * counts). Zero without active checks. Each check runs as {@code health_checker_base_impl.cc}
   * says: one that failed may have begun just before, and ends by its timeout; the next comes after
   * {@code unhealthy_interval}, those up to the healthy threshold after {@code
   * healthy_edge_interval} each, all with their jitter; then workers learn of it within the merge
   * window.
   */
  public static java.time.Duration longest(Cluster cluster) {
    long longest = 0;
    for (HealthCheck check : cluster.getHealthChecksList()) {
      longest = Math.max(longest, milliseconds(check));
    }
    if (cluster.getHealthChecksCount() == 0) {
      return java.time.Duration.ZERO;
    }
    Cluster.CommonLbConfig common = cluster.getCommonLbConfig();
    long window =
        common.hasUpdateMergeWindow() ? millis(common.getUpdateMergeWindow()) : MERGE_WINDOW;
    return java.time.Duration.ofMillis(longest + window);
  }

  private static long milliseconds(HealthCheck check) {
    long interval = millis(check.getInterval());
    long first = check.hasUnhealthyInterval() ? millis(check.getUnhealthyInterval()) : interval;
    long next = check.hasHealthyEdgeInterval() ? millis(check.getHealthyEdgeInterval()) : interval;
    UInt32Value threshold = check.getHealthyThreshold();
    long more = Math.max(0, Integer.toUnsignedLong(threshold.getValue()) - 1);
    return millis(check.getTimeout()) + jittered(first, check) + more * jittered(next, check);
  }

  private static long jittered(long interval, HealthCheck check) {
    long percent = Integer.toUnsignedLong(check.getIntervalJitterPercent());
    return interval + percent * interval / 100 + millis(check.getIntervalJitter());
  }

  private static long millis(Duration duration) {
    return duration.getSeconds() * 1_000 + duration.getNanos() / 1_000_000;
  }
}
