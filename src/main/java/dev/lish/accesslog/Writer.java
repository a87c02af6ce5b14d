package dev.lish.accesslog;

/**
 * Who writes a log, as its stream's first message says.
 *
 * @param nodeId {@code --service-node} of the Envoy
 * @param nodeCluster {@code --service-cluster} of the Envoy
 * @param logName {@code log_name} of its access-log configuration
 */
record Writer(String nodeId, String nodeCluster, String logName) {
  static final Writer UNKNOWN = new Writer("", "", "");
}
