package dev.lish.guard;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Instant;
import java.util.Optional;

/**
 * May this change of hosts go out, and how much of it now? Pure: the same base, proposal and time
 * give the same decision.
 */
public final class Guard {
  private Guard() {}

  /**
   * Decides.
   *
   * @param base what was sent before; empty: unknown, so nothing is known of any host
   */
  public static Decision decide(Optional<Base> base, Proposal proposal, Instant now) {
    return new Round(
            base,
            proposal,
            Assignments.parse(proposal.assignment(), ClusterLoadAssignment.parser()),
            now)
        .decide();
  }
}
