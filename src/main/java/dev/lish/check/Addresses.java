package dev.lish.check;

import dev.lish.check.Reading.Issue;
import dev.lish.render.Origin;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Looks whether listeners of a group are in each other's way. */
final class Addresses {
  private static final Set<String> ALL = Set.of("0.0.0.0", "::");

  private final BiConsumer<Origin, Issue> found;
  private final List<Used> used = new ArrayList<>();

  Addresses(BiConsumer<Origin, Issue> found) {
    this.found = found;
  }

  private record Used(String listener, String address, int port, SocketAddress.Protocol protocol) {
    boolean same(Used other) {
      return port == other.port && protocol == other.protocol && address.equals(other.address);
    }

    boolean overlaps(Used other) {
      return port == other.port
          && protocol == other.protocol
          && (ALL.contains(address) || ALL.contains(other.address));
    }

    @Override
    public String toString() {
      return address + ":" + port;
    }
  }

  void look(Collection<Origin> listeners, Function<Origin, Reading> readings) {
    for (Origin origin : listeners) {
      if (!(readings.apply(origin).message() instanceof Listener listener)
          || (listener.hasBindToPort() && !listener.getBindToPort().getValue())) {
        continue;
      }
      List<Used> own = new ArrayList<>();
      add(origin, own, listener.getAddress(), "address");
      for (int i = 0; i < listener.getAdditionalAddressesCount(); i++) {
        add(
            origin,
            own,
            listener.getAdditionalAddresses(i).getAddress(),
            "additional_addresses",
            i,
            "address");
      }
      used.addAll(own);
    }
  }

  private void add(Origin origin, List<Used> own, Address address, Object... path) {
    SocketAddress socket = address.getSocketAddress();
    // Port 0 is any that is free.
    if (socket.getPortValue() == 0) {
      return;
    }
    Used now =
        new Used(origin.name(), socket.getAddress(), socket.getPortValue(), socket.getProtocol());
    for (Used other : used) {
      Rule rule = now.same(other) ? Rule.DUPLICATE_ADDRESS : Rule.OVERLAPPING_ADDRESS;
      if (now.same(other) || now.overlaps(other)) {
        String message =
            "found %s, and listener \"%s\" has %s (expected: an address of its own)"
                .formatted(now, other.listener, other);
        found.accept(origin, new Issue(rule, List.of(path), message));
        break;
      }
    }
    own.add(now);
  }
}
