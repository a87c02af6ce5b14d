package dev.lish.admin;

import java.time.Clock;

/**
 * This process.
 *
 * @param version of Lish
 * @param replica what this replica is called among its equals, e.g. its host name
 * @param clock for its uptime, which counts from the creation of {@link Admin}
 */
public record About(String version, String replica, Clock clock) {}
