package dev.lish.config;

/**
 * Where somebody listens.
 *
 * @param host a name or an IP address, without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  /** {@code host:port}, with brackets around an IPv6 address. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
