package dev.lish.config;

import com.google.common.net.InetAddresses;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads addresses as text, without asking any name server. */
final class Addresses {
  private static final Pattern HOST_PORT =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::(\\d{1,5}))?");

  private Addresses() {}

  /** True for an address that only this host can reach. */
  static boolean isLoopback(String address) {
    return address.equals("localhost")
        || (InetAddresses.isInetAddress(address)
            && InetAddresses.forString(address).isLoopbackAddress());
  }

  /** True for an IPv4 or IPv6 address, or {@code localhost}: what one can listen on. */
  static boolean isListenable(String address) {
    return address.equals("localhost") || InetAddresses.isInetAddress(address);
  }

  /** {@code HOST[:PORT]}, an IPv6 address in brackets; empty when it is not one. */
  static Optional<HostPort> hostPort(String text, int defaultPort) {
    Matcher matcher = HOST_PORT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    int port = matcher.group(3) == null ? defaultPort : Integer.parseInt(matcher.group(3));
    boolean right =
        port >= 1
            && port <= 65_535
            && (matcher.group(1) == null || InetAddresses.isInetAddress(host));
    return right ? Optional.of(new HostPort(host, port)) : Optional.empty();
  }
}
