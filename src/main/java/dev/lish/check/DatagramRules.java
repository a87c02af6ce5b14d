package dev.lish.check;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.data.dns.v3.DnsTable;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.ValidationContextTypeCase;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import java.util.Set;

/** What fits a listener over TCP, over UDP and over QUIC, as the code of listeners has it. */
final class DatagramRules {
  private static final String SERVER =
      "envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport";

  private DatagramRules() {}

  static boolean isUdp(Listener listener) {
    return isUdp(listener.getAddress());
  }

  private static boolean isUdp(Address address) {
    return address.getSocketAddress().getProtocol() == SocketAddress.Protocol.UDP;
  }

  private static boolean isQuic(Listener listener) {
    return listener.getUdpListenerConfig().hasQuicOptions();
  }

  static void listener(Listener listener, Walk walk) {
    addresses(listener, walk);
    filters(listener, walk);
    for (int i = 0; i < listener.getFilterChainsCount(); i++) {
      chain(listener, listener.getFilterChains(i), walk, "filter_chains", i);
    }
    if (listener.hasDefaultFilterChain()) {
      chain(listener, listener.getDefaultFilterChain(), walk, "default_filter_chain");
    }
  }

  /** {@code ListenerImpl}: one type of socket for all addresses. */
  private static void addresses(Listener listener, Walk walk) {
    for (int i = 0; i < listener.getAdditionalAddressesCount(); i++) {
      if (isUdp(listener.getAdditionalAddresses(i).getAddress()) != isUdp(listener)) {
        walk.found(
            Rule.LISTENER_KIND,
            "found another protocol (expected: that of address, %s)"
                .formatted(isUdp(listener) ? "UDP" : "TCP"),
            "additional_addresses",
            i);
      }
    }
    if (listener.getEnableMptcp() && listener.getAddress().hasPipe()) {
      walk.found(
          Rule.LISTENER_KIND, "found true with a pipe (expected: an IP address)", "enable_mptcp");
    }
  }

  private static void filters(Listener listener, Walk walk) {
    String kind =
        !isUdp(listener)
            ? "envoy.filters.listener"
            : isQuic(listener) ? "envoy.filters.quic_listener" : "envoy.filters.udp_listener";
    for (int i = 0; i < listener.getListenerFiltersCount(); i++) {
      String type = Extensions.type(listener.getListenerFilters(i).getTypedConfig());
      boolean elsewhere =
          Extensions.canBe(type, "envoy.filters.listener")
              || Extensions.canBe(type, "envoy.filters.udp_listener")
              || Extensions.canBe(type, "envoy.filters.quic_listener");
      // What is no filter of any listener another rule tells.
      if (elsewhere && !Extensions.canBe(type, kind)) {
        walk.found(
            Rule.EXTENSION_KIND,
            "found %s (expected: one of %s, as the listener is over %s)"
                .formatted(
                    type, kind, !isUdp(listener) ? "TCP" : isQuic(listener) ? "QUIC" : "UDP"),
            "listener_filters",
            i);
      }
    }
  }

  /** HTTP/3 and QUIC are there together or not at all. */
  private static void chain(Listener listener, FilterChain chain, Walk walk, Object... at) {
    String socket = Extensions.type(chain.getTransportSocket().getTypedConfig());
    if (isQuic(listener)
        && !socket.equals(SERVER)
        && (socket.isEmpty() || Extensions.isKnown(socket))) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found %s in a listener over QUIC (expected: a transport_socket with"
                  .formatted(socket.isEmpty() ? "no transport_socket" : socket)
              + " QuicDownstreamTransport)",
          at);
    }
    if (isQuic(listener)) {
      last(chain, walk, at);
      Extensions.as(QuicDownstreamTransport.class, chain.getTransportSocket().getTypedConfig())
          .ifPresent(quic -> client(quic.getDownstreamTlsContext(), walk, at));
    }
    for (int i = 0; i < chain.getFiltersCount(); i++) {
      Object[] config = AddressRules.with(at, "filters", i, "typed_config");
      Extensions.as(HttpConnectionManager.class, chain.getFilters(i).getTypedConfig())
          .ifPresent(http -> codec(http, isQuic(listener), walk, config));
    }
  }

  /** {@code FilterChainUtility}: what ends a chain over QUIC is the HTTP connection manager. */
  private static void last(FilterChain chain, Walk walk, Object... at) {
    int last = chain.getFiltersCount() - 1;
    if (last < 0 || !chain.getFilters(last).hasTypedConfig()) {
      return;
    }
    var config = chain.getFilters(last).getTypedConfig();
    if (Extensions.isKnown(Extensions.type(config))
        && Extensions.as(HttpConnectionManager.class, config).isEmpty()) {
      walk.found(
          Rule.FILTER_ORDER,
          "found another last filter (expected: the HTTP connection manager, as this is QUIC)",
          AddressRules.with(at, "filters", last));
    }
  }

  private static void client(DownstreamTlsContext tls, Walk walk, Object... at) {
    if (tls.getRequireClientCertificate().getValue()) {
      boolean trusts =
          tls.getCommonTlsContext().getValidationContextTypeCase()
              != ValidationContextTypeCase.VALIDATIONCONTEXTTYPE_NOT_SET;
      walk.found(
          Rule.TLS_CONTEXT,
          "found true in a listener over QUIC (expected: %s)"
              .formatted(
                  trusts
                      ? "false, as Envoy 1.36 knows no clients' certificates over QUIC"
                      : "false, or a validation_context from Envoy 1.40 on"),
          AddressRules.with(
              at,
              "transport_socket",
              "typed_config",
              "downstream_tls_context",
              "require_client_certificate"));
    }
  }

  /** What the code of the UDP proxy refuses. */
  static void proxy(UdpProxyConfig proxy, Walk walk) {
    if (proxy.getUsePerPacketLoadBalancing() && proxy.hasTunnelingConfig()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found tunneling_config too (expected: one of the two)",
          "use_per_packet_load_balancing");
    }
  }

  /** Addresses that the DNS filter answers with. */
  static void answers(DnsTable.AddressList list, Walk walk) {
    for (int i = 0; i < list.getAddressCount(); i++) {
      AddressRules.address(list.getAddress(i), walk, "address", i);
    }
  }

  /** Some version of the PROXY protocol must be left. */
  static void proxyProtocol(ProxyProtocol protocol, Walk walk) {
    if (Set.copyOf(protocol.getDisallowedVersionsList()).size() == 2) {
      walk.found(
          Rule.BAD_SETTING,
          "found both versions (expected: at most one of V1, V2)",
          "disallowed_versions");
    }
  }

  private static void codec(HttpConnectionManager http, boolean quic, Walk walk, Object... at) {
    if (http.getCodecType() == CodecType.HTTP3 && !quic) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found HTTP3 in a listener without QUIC (expected: AUTO, or"
              + " udp_listener_config.quic_options)",
          AddressRules.with(at, "codec_type"));
    } else if (quic && http.getCodecType() != CodecType.HTTP3) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found codec_type %s in a listener over QUIC (expected: HTTP3)"
              .formatted(http.getCodecType()),
          at);
    }
  }
}
