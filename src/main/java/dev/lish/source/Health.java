package dev.lish.source;

/** What a registry says of an instance. */
public enum Health {
  /** It may take traffic. */
  PASSING,
  /** It may take traffic, with its weight for this state. */
  WARNING,
  /** It takes traffic only when nothing better is there; Envoy's DEGRADED. */
  DEGRADED,
  /** It fails; listed as UNHEALTHY. */
  CRITICAL,
  /** Taken out by an operator; absent from the assignment. */
  MAINTENANCE
}
