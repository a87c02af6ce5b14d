package dev.lish.config;

import java.util.Optional;

/**
 * The admin API and page.
 *
 * @param address IP address to listen on
 * @param port 0 to 65535; 0 takes a free one
 * @param tls empty: cleartext
 * @param token empty: made at the first start, in {@code admin.token} of the data folder
 */
public record AdminConfig(
    String address, int port, Optional<ServerTls> tls, Optional<Secret> token) {
  /** True off loopback: then reading needs the token too. */
  public boolean tokenForReading() {
    return !Addresses.isLoopback(address);
  }
}
