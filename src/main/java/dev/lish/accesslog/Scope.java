package dev.lish.accesslog;

/**
 * Who sends: what all entries of a stream have in common until its origin changes.
 *
 * @param nodeCluster {@code --service-cluster} of the Envoy
 * @param origin what Lish knows of it
 */
record Scope(String nodeCluster, Origin origin) {
  /** Stands for all scopes above the limit. */
  static final Scope OTHER = new Scope(AccessLogs.OTHER, Origin.UNKNOWN);
}
