package dev.lish.source.consul;

/**
 * A token for Consul's access control; never printed.
 *
 * @param value the token's secret id; empty for the anonymous token
 */
public record AclToken(String value) {
  /** The anonymous token. */
  public static final AclToken ANONYMOUS = new AclToken("");

  /** True when no token is sent. */
  public boolean isAnonymous() {
    return value.isEmpty();
  }

  @Override
  public String toString() {
    return isAnonymous() ? "AclToken[anonymous]" : "AclToken[***]";
  }
}
