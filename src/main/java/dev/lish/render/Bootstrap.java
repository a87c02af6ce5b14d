package dev.lish.render;

import dev.lish.model.Locality;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an Envoy must know to reach Lish: takes a few options, gives its bootstrap file.
 *
 * @param identity who the Envoy says it is
 * @param servers where Lish listens, at least one
 * @param tls empty: cleartext
 * @param sotw true: the state-of-the-world protocol, false: delta
 * @param adminPort of Envoy's own admin page, on loopback
 * @param accessLogPort of the same servers, for access logs; empty: that for xDS
 */
public record Bootstrap(
    Identity identity,
    List<Server> servers,
    Optional<Tls> tls,
    boolean sotw,
    int adminPort,
    Optional<Integer> accessLogPort) {
  /** The cluster that xDS goes through. */
  public static final String XDS_CLUSTER = "lish";

  /**
   * The cluster that listeners name to send their access logs. It leads to the same port, or one of
   * its own, over a connection of its own, so that a flood of logs does not hold up configuration.
   */
  public static final String ACCESS_LOG_CLUSTER = "lish_access_log";

  /** The one runtime layer; running Envoys never ask for layers that are added later. */
  public static final String RUNTIME_LAYER = "lish";

  /** Copies the list. */
  public Bootstrap {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("server: none (expected: at least one HOST:PORT)");
    }
    if (adminPort < 0 || adminPort > 65_535) {
      throw new IllegalArgumentException("admin-port: " + adminPort + " (expected: 0..65535)");
    }
  }

  /**
   * Who the Envoy says it is; what is empty comes from Envoy's own flags.
   *
   * @param id {@code --service-node}
   * @param cluster {@code --service-cluster}
   * @param locality {@code --service-zone} gives the zone
   * @param metadata key to text
   */
  public record Identity(
      String id, String cluster, Locality locality, SortedMap<String, String> metadata) {
    /** Copies the map. */
    public Identity {
      metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }
  }

  /**
   * Where Lish listens.
   *
   * @param host a name or an IP address, without brackets
   * @param port 1 to 65535
   */
  public record Server(String host, int port) {}

  /**
   * TLS to Lish; files on the Envoy's host.
   *
   * @param ca who signed Lish's certificate
   * @param certificate the Envoy's own, for mTLS; empty: none
   * @param privateKey its key; there exactly when the certificate is
   * @param sans names that Lish's certificate may have; empty: the hosts of the servers
   */
  public record Tls(String ca, String certificate, String privateKey, List<String> sans) {
    /** Copies the list. */
    public Tls {
      sans = List.copyOf(sans);
    }
  }

  /**
   * The options as the command line and the API name them, each with its values: {@code node-id},
   * {@code node-cluster}, {@code metadata} (K=V, several), {@code locality} (region=R, zone=Z or
   * sub_zone=S, several), {@code server} (HOST:PORT, several), {@code tls-ca}, {@code tls-cert},
   * {@code tls-key}, {@code tls-san} (several), {@code sotw} (true or false), {@code admin-port}
   * and {@code access-log-port}. All are optional.
   *
   * @throws IllegalArgumentException with what was found and what was expected
   */
  public static Bootstrap parse(Map<String, List<String>> options) {
    return BootstrapOptions.parse(options);
  }

  /** The bootstrap file. */
  public String yaml() {
    return new BootstrapYaml(this).toString();
  }
}
