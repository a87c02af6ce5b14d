package dev.lish.source.dogma;

import com.google.common.net.HostAndPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to reach Central Dogma.
 *
 * @param hosts {@code host[:port]} of its replicas; the port is 36462 unless said
 * @param token empty for anonymous
 * @param tls whether to talk TLS
 * @param trustedCa PEM file of the authorities to trust; empty for those of the JVM
 */
public record DogmaAddress(List<String> hosts, Token token, boolean tls, Optional<Path> trustedCa) {
  /** The port of a host that names none. */
  public static final int DEFAULT_PORT = 36462;

  /** Checks the hosts. */
  public DogmaAddress {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: none (expected: HOST[:PORT], one or more)");
    }
    hosts.forEach(DogmaAddress::parse);
  }

  /** An embedded server on this machine. */
  public static DogmaAddress loopback(int port) {
    return new DogmaAddress(List.of("127.0.0.1:" + port), Token.ANONYMOUS, false, Optional.empty());
  }

  static HostAndPort parse(String host) {
    try {
      HostAndPort parsed = HostAndPort.fromString(host).withDefaultPort(DEFAULT_PORT);
      if (!parsed.getHost().isEmpty() && parsed.getPort() > 0) {
        return parsed;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("hosts: " + host + " (expected: HOST[:PORT])", e);
    }
    throw new IllegalArgumentException("hosts: " + host + " (expected: HOST[:PORT])");
  }
}
