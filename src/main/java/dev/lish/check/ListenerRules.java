package dev.lish.check;

import com.google.common.net.InetAddresses;
import dev.lish.check.Reading.Kind;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.List;
import java.util.Locale;

/** What makes no listener. */
final class ListenerRules {
  private static final String INTERNAL = "envoy.bootstrap.internal_listener";
  private static final List<String> OF_SOCKETS =
      List.of("enable_reuse_port", "tcp_backlog_size", "tcp_fast_open_queue_length");

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
    bound(listener.getAddress(), walk, "address");
    for (int i = 0; i < listener.getAdditionalAddressesCount(); i++) {
      Object[] at = {"additional_addresses", i, "address"};
      Address address = listener.getAdditionalAddresses(i).getAddress();
      if (!listener.getAdditionalAddresses(i).hasAddress()) {
        // ListenerImpl reads it all the same, and ends the process.
        walk.found(
            Rule.LISTENER_KIND,
            "found no address (expected: one, as Envoys crash without it)",
            "additional_addresses",
            i);
      }
      AddressRules.address(address, walk, at);
      bound(address, walk, at);
    }
    if (listener.hasInternalListener()) {
      internal(listener, walk);
    }
    ChainRules.listener(listener, walk);
    DatagramRules.listener(listener, walk);
    chains(listener, DatagramRules.isUdp(listener), walk);
  }

  /** An address that a socket is bound to. */
  private static void bound(Address address, Walk walk, Object... at) {
    SocketAddress socket = address.getSocketAddress();
    if (socket.hasNamedPort()) {
      walk.found(
          Rule.LISTENER_KIND,
          "found a named_port (expected: port_value)",
          AddressRules.with(at, "socket_address", "named_port"));
    }
    if (socket.getIpv4Compat()
        && InetAddresses.isInetAddress(socket.getAddress())
        && !isDual(socket.getAddress())) {
      walk.found(
          Rule.LISTENER_KIND,
          "found true with %s (expected: the address ::, or ::ffff: and an IPv4 address)"
              .formatted(socket.getAddress()),
          AddressRules.with(at, "socket_address", "ipv4_compat"));
    }
    if (address.hasEnvoyInternalAddress()) {
      walk.found(
          Rule.LISTENER_KIND,
          "found an internal address (expected: internal_listener in place of the address)",
          AddressRules.with(at, "envoy_internal_address"));
    }
  }

  private static boolean isDual(String address) {
    return address.equals("::") || address.toLowerCase(Locale.ROOT).startsWith("::ffff:");
  }

  /** {@code ListenerImpl::buildInternalListener}: it has no socket, so nothing of one either. */
  private static void internal(Listener listener, Walk walk) {
    if (listener.hasAddress() || listener.getAdditionalAddressesCount() > 0) {
      walk.found(
          Rule.LISTENER_KIND, "found an address too (expected: one of them)", "internal_listener");
    } else {
      walk.mentions(Kind.BOOTSTRAP_EXTENSION, INTERNAL, "internal_listener");
    }
    for (String field : OF_SOCKETS) {
      socketOption(field, Values.isSet(listener, field), walk);
    }
    socketOption("socket_options", listener.getSocketOptionsCount() > 0, walk);
    socketOption("enable_mptcp", listener.getEnableMptcp(), walk);
    socketOption("freebind", listener.getFreebind().getValue(), walk);
    socketOption("transparent", listener.getTransparent().getValue(), walk);
    socketOption(
        "connection_balance_config", listener.getConnectionBalanceConfig().hasExactBalance(), walk);
  }

  private static void socketOption(String field, boolean on, Walk walk) {
    if (on) {
      walk.found(
          Rule.LISTENER_KIND,
          "found an option of a socket (expected: none, as an internal_listener has no socket)",
          field);
    }
  }

  private static void chains(Listener listener, boolean udp, Walk walk) {
    int chains = listener.getFilterChainsCount() + (listener.hasDefaultFilterChain() ? 1 : 0);
    boolean quic = listener.getUdpListenerConfig().hasQuicOptions();
    if (chains == 0 && !udp) {
      walk.found(
          Rule.LISTENER_KIND, "found no filter_chains (expected: one, as a TCP listener needs it)");
    } else if (chains == 0 && quic) {
      walk.found(
          Rule.LISTENER_KIND,
          "found no filter_chains (expected: one, as a listener over QUIC needs it)");
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
