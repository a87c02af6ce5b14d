package dev.lish.serve;

import java.time.Duration;

/**
 * What a server of xDS streams bears.
 *
 * @param streams open streams; further ones are refused with UNAVAILABLE, so that Envoy goes on
 *     trying, and tries its other servers
 * @param streamsPerSecond new streams that are answered per second; a herd waits its turn
 * @param requestBytes the largest request; a larger one ends its stream
 * @param names names that one type of one stream may subscribe to
 * @param ackWait how long the next step of make-before-break waits for an answer
 * @param drain how long clusters of replaced listeners stay: Envoy's {@code --drain-time-s}
 * @param firstRequests how long a new aggregated stream may take to subscribe to all that it wants;
 *     until then nothing is removed of what the client brought along
 * @param lifetimes how long a stream lasts
 */
public record XdsLimits(
    int streams,
    int streamsPerSecond,
    int requestBytes,
    int names,
    Duration ackWait,
    Duration drain,
    Duration firstRequests,
    Lifetimes lifetimes) {
  /**
   * How long a stream lasts.
   *
   * @param answer how long a response may stay unanswered, or a new stream ask for nothing, before
   *     the stream ends; zero: for ever. Clusters are left out: Envoy accepts them only when all
   *     are warm, however long that takes
   * @param age how long a stream lasts at most; zero: for ever. Each ends at a moment of its own in
   *     the last quarter of this time, so that they do not all come back at once
   */
  public record Lifetimes(Duration answer, Duration age) {
    private static final long MOST_BETWEEN = 10_000;
    private static final long LEAST_BETWEEN = 1_000;

    /** Streams last for ever. */
    public static final Lifetimes UNLIMITED = new Lifetimes(Duration.ZERO, Duration.ZERO);

    /** Checks the ranges. */
    public Lifetimes {
      notNegative("answer", answer);
      notNegative("age", age);
    }

    /**
     * How often to look whether a stream has lasted for too long: a look passes all streams, of
     * which nearly none has. Often enough that those of one look are few.
     */
    Duration between() {
      long millis = MOST_BETWEEN;
      if (!answer.isZero()) {
        millis = Math.min(millis, answer.toMillis() / 60);
      }
      if (!age.isZero()) {
        millis = Math.min(millis, age.toMillis() / 1_000);
      }
      return Duration.ofMillis(Math.max(LEAST_BETWEEN, millis));
    }
  }

  /** Sound for a small machine and thousands of Envoys. */
  public static final XdsLimits DEFAULT =
      new XdsLimits(
          50_000,
          5_000,
          16 << 20,
          100_000,
          Duration.ofSeconds(30),
          Duration.ofSeconds(600),
          Duration.ofSeconds(1),
          new Lifetimes(Duration.ofMinutes(10), Duration.ZERO));

  /** Checks the ranges. */
  public XdsLimits {
    positive("streams", streams);
    positive("streamsPerSecond", streamsPerSecond);
    positive("requestBytes", requestBytes);
    positive("names", names);
    notNegative("ackWait", ackWait);
    notNegative("drain", drain);
    notNegative("firstRequests", firstRequests);
  }

  /** These limits with other lifetimes. */
  public XdsLimits withLifetimes(Lifetimes newLifetimes) {
    return new XdsLimits(
        streams,
        streamsPerSecond,
        requestBytes,
        names,
        ackWait,
        drain,
        firstRequests,
        newLifetimes);
  }

  /** These limits with other waits. */
  public XdsLimits withWaits(Duration newAckWait, Duration newDrain, Duration newFirstRequests) {
    return new XdsLimits(
        streams,
        streamsPerSecond,
        requestBytes,
        names,
        newAckWait,
        newDrain,
        newFirstRequests,
        lifetimes);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: zero or more)");
    }
  }
}
