package dev.lish.source.consul;

import dev.lish.source.web.Tls;
import java.net.URI;
import java.time.Duration;

/**
 * How to reach and how hard to ask one Consul agent.
 *
 * @param name the registry's name, which discovery names start with
 * @param address scheme, host and port of the agent, e.g. {@code http://127.0.0.1:8500}
 * @param access who we are, and where we ask
 * @param load how much we ask
 * @param stale true: any server may answer a blocking query, not only the leader; then an answer
 *     can be old by as much as the servers lag
 */
public record ConsulSettings(String name, URI address, Access access, Load load, boolean stale) {
  /**
   * Who we are, and where we ask.
   *
   * @param token sent with every request
   * @param datacenter for queries without {@code dc}; empty: the agent's own
   * @param tls only with {@code https}
   */
  public record Access(AclToken token, String datacenter, Tls tls) {
    /** No token, the agent's datacenter, the platform's certificate authorities. */
    public static final Access DEFAULT = new Access(AclToken.ANONYMOUS, "", Tls.PLATFORM);
  }

  /**
   * How much we ask.
   *
   * @param waitTime how long one blocking query blocks; 1 s to 10 min, Consul's limit
   * @param connections the most connections at a time; below the agent's {@code
   *     limits.http_max_conns_per_client}
   * @param readsPerSecond the most reads that do not block, when there are more queries than
   *     connections
   */
  public record Load(Duration waitTime, int connections, int readsPerSecond) {
    /** Fits an agent with its default limit of 200 connections, with room for others. */
    public static final Load DEFAULT = new Load(Duration.ofMinutes(1), 120, 500);

    static final int FEWEST_CONNECTIONS = 30;

    /** Checks the ranges. */
    public Load {
      if (waitTime.compareTo(Duration.ofSeconds(1)) < 0
          || waitTime.compareTo(Duration.ofMinutes(10)) > 0) {
        throw new IllegalArgumentException(
            "waitTime: " + waitTime.toSeconds() + "s (expected: 1s..600s)");
      }
      if (connections < FEWEST_CONNECTIONS || connections > 10_000) {
        throw new IllegalArgumentException(
            "connections: " + connections + " (expected: " + FEWEST_CONNECTIONS + "..10000)");
      }
      if (readsPerSecond < 1 || readsPerSecond > 100_000) {
        throw new IllegalArgumentException(
            "readsPerSecond: " + readsPerSecond + " (expected: 1..100000)");
      }
    }
  }

  /** Checks name and address. */
  public ConsulSettings {
    if (name.isEmpty() || name.indexOf(':') >= 0) {
      throw new IllegalArgumentException("name: \"" + name + "\" (expected: a name without colon)");
    }
    String scheme = address.getScheme();
    boolean known = "http".equals(scheme) || "https".equals(scheme);
    if (!known || address.getHost() == null) {
      throw new IllegalArgumentException(
          "address: " + address + " (expected: http://HOST:PORT or https://HOST:PORT)");
    }
  }

  /** Default access and load, consistent reads. */
  public static ConsulSettings of(String name, URI address) {
    return new ConsulSettings(name, address, Access.DEFAULT, Load.DEFAULT, false);
  }

  /** The same with this access. */
  public ConsulSettings withAccess(Access other) {
    return new ConsulSettings(name, address, other, load, stale);
  }

  /** The same with this load. */
  public ConsulSettings withLoad(Load other) {
    return new ConsulSettings(name, address, access, other, stale);
  }
}
