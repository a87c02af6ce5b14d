package dev.lish.source.consul;

import com.google.protobuf.ByteString;
import java.util.function.Function;

/** How a request to Consul ended. */
sealed interface Answer {
  /**
   * It answered.
   *
   * @param index {@code X-Consul-Index}, 0 when it had none
   */
  record Found(long index, ByteString body) implements Answer {}

  /**
   * It did not.
   *
   * @param agentDown true when there was no connection at all, so that every other request would
   *     fail too
   */
  record Failed(String cause, boolean agentDown) implements Answer {}

  default <R> R match(Function<Found, R> found, Function<Failed, R> failed) {
    return this instanceof Found f ? found.apply(f) : failed.apply((Failed) this);
  }
}
