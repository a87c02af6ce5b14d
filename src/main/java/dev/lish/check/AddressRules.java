package dev.lish.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.net.InetAddresses;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Texts that must be IP addresses, where the API allows any text. */
final class AddressRules {
  /** {@code sun_path} of Linux has 108 bytes, with the zero at its end. */
  private static final int LONGEST_PATH = 107;

  private AddressRules() {}

  /** A range, whichever of the API's messages it is written as. */
  static void range(Message range, Walk walk) {
    // The one place where Envoy passes over what it cannot read.
    if (!walk.isBelow("xff_trusted_cidrs")) {
      address((String) Values.field(range, "address_prefix"), walk, "address_prefix");
    }
  }

  /** Finds what is no IP address; an empty text is another rule's. */
  static void address(String text, Walk walk, Object... at) {
    if (!text.isEmpty() && !InetAddresses.isInetAddress(text)) {
      walk.found(
          Rule.BAD_ADDRESS,
          "found \"%s\" (expected: an IP address%s)"
              .formatted(text, text.contains("/") ? ", and prefix_len beside it" : ""),
          at);
    }
  }

  /** Looks at an address that Envoy asks no DNS for. */
  static void socket(SocketAddress socket, Walk walk, Object... at) {
    if (socket.getResolverName().isEmpty()) {
      address(socket.getAddress(), walk, with(at, "address"));
    }
  }

  /** As {@link #socket}, with the field that chooses the kind of address. */
  static void address(Address address, Walk walk, Object... at) {
    if (address.hasSocketAddress()) {
      socket(address.getSocketAddress(), walk, with(at, "socket_address"));
    }
  }

  static void addresses(List<Address> addresses, Walk walk, Object... at) {
    for (int i = 0; i < addresses.size(); i++) {
      address(addresses.get(i), walk, with(at, i));
    }
  }

  /** The path of a Unix domain socket. */
  static void pipe(Pipe pipe, Walk walk) {
    int length = pipe.getPath().getBytes(UTF_8).length;
    if (length > LONGEST_PATH) {
      walk.found(
          Rule.BAD_ADDRESS,
          "found a path of %d bytes (expected: at most %d)".formatted(length, LONGEST_PATH),
          "path");
    }
    if (pipe.getPath().startsWith("@") && pipe.getMode() != 0) {
      walk.found(
          Rule.BAD_ADDRESS,
          "found a mode of a socket that is no file (expected: none, as the path starts with @)",
          "mode");
    }
  }

  /** Where connections come from. */
  static void bind(BindConfig bind, Walk walk) {
    List<?> additional = (List<?>) Values.field(bind, "additional_source_addresses");
    int more = bind.getExtraSourceAddressesCount() + additional.size();
    if (more > 0 && !bind.hasSourceAddress()) {
      walk.found(
          Rule.CONFLICTING_FIELDS,
          "found more addresses without source_address (expected: source_address too)");
      return;
    }
    Set<Boolean> versions = new HashSet<>();
    source(bind.getSourceAddress(), versions, walk, "source_address");
    for (int i = 0; i < bind.getExtraSourceAddressesCount(); i++) {
      SocketAddress extra = bind.getExtraSourceAddresses(i).getAddress();
      source(extra, versions, walk, "extra_source_addresses", i, "address");
    }
    for (int i = 0; i < additional.size(); i++) {
      SocketAddress one = (SocketAddress) additional.get(i);
      source(one, versions, walk, "additional_source_addresses", i);
    }
  }

  private static void source(SocketAddress socket, Set<Boolean> versions, Walk walk, Object... at) {
    socket(socket, walk, at);
    if (InetAddresses.isInetAddress(socket.getAddress())) {
      InetAddress address = InetAddresses.forString(socket.getAddress());
      if (!versions.add(address instanceof Inet4Address)) {
        walk.found(
            Rule.CONFLICTING_FIELDS,
            "found a second address of its IP version (expected: at most one of each)",
            at);
      }
    }
  }

  static Object[] with(Object[] at, Object... more) {
    Object[] all = Arrays.copyOf(at, at.length + more.length);
    System.arraycopy(more, 0, all, at.length, more.length);
    return all;
  }
}
