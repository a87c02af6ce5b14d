package dev.lish.serve;

/**
 * How long a stream waits, in microseconds.
 *
 * @param ack for an answer, before it goes on without
 * @param drain for connections of replaced listeners
 * @param first for a new client's first requests
 */
record Waits(long ack, long drain, long first) {
  static Waits of(XdsLimits limits) {
    return new Waits(
        limits.ackWait().toNanos() / 1000,
        limits.drain().toNanos() / 1000,
        limits.firstRequests().toNanos() / 1000);
  }
}
