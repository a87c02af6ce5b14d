package dev.lish.trial.wire;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Stand-ins for upstreams, each on a port of loopback: HTTP/1.1 and HTTP/2, with and without TLS on
 * the same port. They note what they are sent, and answer as they are told. Safe for use by several
 * threads.
 */
public final class Stubs implements AutoCloseable {
  /** Says which request of a test it is; goes through Envoy like any header. */
  public static final String HEADER = "x-lish-test";

  /** Says which cluster a request came through, in answers. */
  public static final String CLUSTER_HEADER = "x-lish-test-upstream";

  private final Tls tls;
  private final NioEventLoopGroup loop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("lish-test-upstreams", true));
  private final Map<Key, StubPort> ports = new LinkedHashMap<>();
  private final Map<String, Traits> traits = new ConcurrentHashMap<>();
  private final Notes notes = new Notes();

  /**
   * An upstream.
   *
   * @param cluster through which it is reached
   * @param address as the mesh has it
   */
  public record Key(String cluster, String address) {}

  /** None are running yet. */
  public Stubs(Tls tls) {
    this.tls = tls;
  }

  /** What is known of a cluster's upstreams from now on. */
  public void describe(String cluster, Traits described) {
    traits.merge(cluster, described, Traits::and);
  }

  /**
   * Starts those that are not running yet.
   *
   * @throws IOException when there is no port
   */
  public synchronized void start(Set<Key> wanted) throws IOException {
    for (Key key : wanted) {
      if (!ports.containsKey(key)) {
        ports.put(
            key,
            new StubPort(
                key, loop, tls, () -> traits.getOrDefault(key.cluster(), Traits.NONE), notes));
      }
    }
  }

  private synchronized StubPort running(Key key) {
    StubPort port = ports.get(key);
    if (port == null) {
      throw new IllegalStateException(key + " was not started");
    }
    return port;
  }

  /** The port of an upstream that was started. */
  public int port(Key key) {
    return running(key).number();
  }

  /** The upstreams of a cluster, in the order in which they were started. */
  public synchronized List<Key> of(String cluster) {
    return ports.keySet().stream().filter(key -> key.cluster().equals(cluster)).toList();
  }

  /** The clusters that have upstreams. */
  public synchronized Set<String> clusters() {
    Set<String> clusters = new TreeSet<>();
    ports.keySet().forEach(key -> clusters.add(key.cluster()));
    return clusters;
  }

  /**
   * Has an upstream behave so from now on.
   *
   * @throws IOException when another process has taken its port meanwhile
   */
  public void behave(Key key, Behaviour behaviour) throws IOException {
    running(key).behave(behaviour);
  }

  /**
   * All answer 200 again.
   *
   * @throws IOException like {@link #behave}
   */
  public void reset() throws IOException {
    List<StubPort> all;
    synchronized (this) {
      all = List.copyOf(ports.values());
    }
    for (StubPort port : all) {
      port.behave(Behaviour.WELL);
    }
  }

  /** Forgets what was noted. */
  public void forget() {
    notes.clear();
  }

  /** What came for this request of a test; a request that lost the header counts as well. */
  public List<Received> received(String test) {
    return notes.of(test);
  }

  @Override
  public synchronized void close() {
    ports.values().forEach(StubPort::close);
    // The ports are given up; what rests after that is a thread.
    var unused = loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
  }
}
