package dev.lish.trial;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request and what came of it.
 *
 * @param answer empty: there was none
 * @param trouble why there was no answer; else empty
 * @param took from the request to the whole answer
 * @param received what came to upstreams meanwhile, in order
 */
record Exchange(Optional<Answer> answer, String trouble, Duration took, List<Received> received) {
  Exchange {
    received = List.copyOf(received);
  }

  /**
   * What an upstream was sent.
   *
   * @param cluster the cluster that it came through
   * @param test the value of {@link Stubs#HEADER}, or empty
   * @param headers name in lower case to value
   */
  record Received(
      String cluster, String test, String method, String path, SortedMap<String, String> headers) {
    Received {
      headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }
  }
}
