package dev.lish.admin;

import java.util.Set;

/**
 * Who may come in.
 *
 * @param token what every change needs, as {@code Authorization: Bearer TOKEN}
 * @param loopback true: only this machine can connect, so reading needs no token, but the Host
 *     header must be one of this machine's (else a web page could reach us through a name that it
 *     has pointed here); false: reading needs the token too
 * @param hosts more names for the Host header, without ports
 */
public record Doors(String token, boolean loopback, Set<String> hosts) {
  /** Checks that there is a token. */
  public Doors {
    if (token.isBlank()) {
      throw new IllegalArgumentException("token: \"\" (expected: at least one character)");
    }
    hosts = Set.copyOf(hosts);
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "Doors[loopback=" + loopback + ", hosts=" + hosts + "]";
  }
}
