package dev.lish.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The port that Envoys connect to, for xDS and access logs.
 *
 * @param address IP address to listen on
 * @param port 0 to 65535; 0 takes a free one
 * @param tls empty: cleartext
 * @param limits what one process takes
 * @param lifetimes how long connections and streams last
 */
public record XdsConfig(
    String address, int port, Optional<ServerTls> tls, Limits limits, Lifetimes lifetimes) {
  /**
   * How long connections and streams of Envoys last.
   *
   * @param pingInterval how long a connection may be silent before it is asked whether it lives; as
   *     long again without an answer, and it is closed
   * @param answerTime how long an Envoy may leave a response unanswered before its stream ends;
   *     zero: for ever
   * @param maxAge how long a stream lasts at most, so that Envoys spread over replicas again; zero:
   *     for ever
   */
  public record Lifetimes(Duration pingInterval, Duration answerTime, Duration maxAge) {}

  /**
   * What one process takes from Envoys.
   *
   * @param maxStreams xDS streams at a time; a further one is refused
   * @param newStreamsPerSecond that are answered; more wait, so that a restart is not a storm
   * @param maxRequestBytes of one discovery request or access-log message
   * @param maxNames that one stream may subscribe to, per type
   * @param ackWait how long the next step of an update waits for the ACK of the last
   * @param drainTime how long clusters that only replaced listeners use are kept; Envoy's {@code
   *     --drain-time-s}
   * @param subscribeWait how long a new aggregated stream may take to subscribe to all that it
   *     wants; until then nothing is removed of what the Envoy has
   * @param stopTime how long a stop waits for streams to end
   */
  public record Limits(
      int maxStreams,
      int newStreamsPerSecond,
      long maxRequestBytes,
      int maxNames,
      Duration ackWait,
      Duration drainTime,
      Duration subscribeWait,
      Duration stopTime) {}
}
