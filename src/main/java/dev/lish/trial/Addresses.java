package dev.lish.trial;

import com.google.common.net.InetAddresses;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.ClusterOrBuilder;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;

/** Puts this machine's loopback in place of addresses; what is wrong with one stays wrong. */
final class Addresses {
  private static final String LOOPBACK = "127.0.0.1";

  private Addresses() {}

  /**
   * A port of loopback in place of an address that an Envoy would take.
   *
   * @param port 0: whichever is free
   * @param hostNames whether a name may stand where an IP address does
   */
  static Address loopback(Address written, int port, boolean hostNames) {
    SocketAddress.Builder socket = SocketAddress.newBuilder().setAddress(LOOPBACK);
    if (!written.hasSocketAddress()) {
      return Address.newBuilder().setSocketAddress(socket.setPortValue(port)).build();
    }
    SocketAddress before = written.getSocketAddress();
    socket.setProtocol(before.getProtocol());
    boolean resolved = !before.getResolverName().isEmpty();
    if (!hostNames && !resolved && !isIp(before.getAddress())) {
      socket.setAddress(before.getAddress());
    }
    if (before.hasPortValue() || (before.hasNamedPort() && resolved)) {
      socket.setPortValue(port);
    } else if (before.hasNamedPort()) {
      socket.setNamedPort(before.getNamedPort());
    }
    return Address.newBuilder().setSocketAddress(socket).build();
  }

  /** As Envoy's default resolver, also with the scope of a link-local address. */
  private static boolean isIp(String address) {
    int scope = address.indexOf('%');
    return InetAddresses.isInetAddress(scope < 0 ? address : address.substring(0, scope));
  }

  /** True when Envoy resolves names of the hosts of such a cluster. */
  static boolean takesHostNames(ClusterOrBuilder cluster) {
    return cluster.hasClusterType()
        || cluster.getType() == DiscoveryType.STRICT_DNS
        || cluster.getType() == DiscoveryType.LOGICAL_DNS;
  }
}
