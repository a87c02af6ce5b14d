package dev.lish.check;

import com.google.common.net.InetAddresses;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;

/** What makes no listener. */
final class ListenerRules {
  private ListenerRules() {}

  static void listener(Listener listener, Walk walk) {
    if (listener.hasApiListener()) {
      return;
    }
    if (!listener.hasAddress() && !listener.hasInternalListener()) {
      walk.found(Rule.LISTENER_KIND, "found no address (expected: one, or internal_listener)");
      return;
    }
    SocketAddress socket = listener.getAddress().getSocketAddress();
    if (!socket.getAddress().isEmpty()
        && socket.getResolverName().isEmpty()
        && !InetAddresses.isInetAddress(socket.getAddress())) {
      walk.found(
          Rule.LISTENER_KIND,
          "found \"%s\" (expected: an IP address of the host, or 0.0.0.0)"
              .formatted(socket.getAddress()),
          "address",
          "socket_address",
          "address");
    }
    for (int i = 0; i < listener.getAdditionalAddressesCount(); i++) {
      AddressRules.address(
          listener.getAdditionalAddresses(i).getAddress(),
          walk,
          "additional_addresses",
          i,
          "address");
    }
    if (listener.hasAddress() && listener.hasInternalListener()) {
      walk.found(
          Rule.LISTENER_KIND, "found an address too (expected: one of them)", "internal_listener");
    }
    ChainRules.listener(listener, walk);
    DatagramRules.listener(listener, walk);
    chains(listener, DatagramRules.isUdp(listener), walk);
  }

  private static void chains(Listener listener, boolean udp, Walk walk) {
    int chains = listener.getFilterChainsCount() + (listener.hasDefaultFilterChain() ? 1 : 0);
    boolean quic = listener.getUdpListenerConfig().hasQuicOptions();
    if (chains == 0 && !udp) {
      walk.found(
          Rule.LISTENER_KIND, "found no filter_chains (expected: one, as a TCP listener needs it)");
    } else if (chains > 0 && udp && !quic) {
      walk.found(
          Rule.LISTENER_KIND,
          "found filter chains of a UDP listener without QUIC (expected: listener_filters, or"
              + " udp_listener_config.quic_options)",
          "filter_chains");
    }
  }

  static void match(FilterChainMatch match, Walk walk) {
    for (int i = 0; i < match.getServerNamesCount(); i++) {
      String name = match.getServerNames(i);
      if (name.indexOf('*', name.startsWith("*.") ? 1 : 0) >= 0) {
        walk.found(
            Rule.BAD_SETTING,
            "found \"%s\" (expected: a name, or *. and a name)".formatted(name),
            "server_names",
            i);
      }
    }
  }
}
