package dev.lish.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What hosts an Envoy has of a cluster, looked at all the time in the background: a host that is
 * lost or regained between two looks of a test is seen.
 */
public final class HostSamples implements AutoCloseable {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  private final EnvoyProcess envoy;
  private final String cluster;
  private final Thread thread = new Thread(this::run, "host-samples");
  private final Map<List<String>, Integer> seen = new LinkedHashMap<>();
  private int samples;
  private volatile boolean stopping;

  private HostSamples(EnvoyProcess envoy, String cluster) {
    this.envoy = envoy;
    this.cluster = cluster;
  }

  /** Starts to look, every 50 ms and what the answer takes. */
  public static HostSamples start(EnvoyProcess envoy, String cluster) {
    HostSamples samples = new HostSamples(envoy, cluster);
    samples.thread.setDaemon(true);
    samples.thread.start();
    return samples;
  }

  private void run() {
    while (!stopping) {
      List<String> hosts = List.copyOf(new TreeSet<>(envoy.hosts(cluster)));
      synchronized (seen) {
        samples++;
        seen.merge(hosts, 1, Integer::sum);
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  /** Each set of hosts that was seen, the first one first, and how often. */
  public Map<List<String>, Integer> sets() {
    synchronized (seen) {
      return new LinkedHashMap<>(seen);
    }
  }

  /** How often it looked. */
  public int count() {
    synchronized (seen) {
      return samples;
    }
  }

  /** Waits until it has looked so many more times. */
  public void awaitMore(int looks) {
    int target = count() + looks;
    Await.until(looks + " more looks", () -> count() >= target);
  }

  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
