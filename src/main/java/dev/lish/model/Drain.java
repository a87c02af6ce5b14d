package dev.lish.model;

import java.time.Instant;

/**
 * An instance, or a host with all its instances, that operators took out.
 *
 * @param target an instance's id or {@code ADDRESS:PORT}; or a host: its IP address, or what the
 *     ids of its instances begin with, up to a slash (with Consul the node's name)
 * @param by who took it out
 * @param reason why
 * @param at when
 */
public record Drain(String target, String by, String reason, Instant at) {
  private static final int LONGEST = 200;

  /** Checks the target. */
  public Drain {
    if (target.isBlank() || target.length() > LONGEST || !target.strip().equals(target)) {
      throw new IllegalArgumentException(
          "target: \"" + target + "\" (expected: an instance or a host, up to 200 characters)");
    }
  }
}
