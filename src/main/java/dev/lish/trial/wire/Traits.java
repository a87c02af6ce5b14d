package dev.lish.trial.wire;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What Envoy expects of a cluster's upstreams.
 *
 * @param names in their certificates
 * @param tcpChecks active checks over TCP that want an answer
 * @param httpChecks active checks over HTTP
 */
public record Traits(List<Name> names, List<TcpCheck> tcpChecks, List<HttpCheck> httpChecks) {
  static final Traits NONE = new Traits(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Traits {
    names = List.copyOf(names);
    tcpChecks = List.copyOf(tcpChecks);
    httpChecks = List.copyOf(httpChecks);
  }

  /**
   * An active check over TCP, bytes in Latin-1.
   *
   * @param sent by Envoy, after it has connected; may be empty
   * @param expected as the answer
   */
  public record TcpCheck(String sent, String expected) {}

  /**
   * An active check over HTTP.
   *
   * @param path with its query
   * @param status that is well
   * @param body that is well, bytes in Latin-1; may be empty
   */
  public record HttpCheck(String path, int status, String body) {}

  Traits and(Traits other) {
    return new Traits(
        union(names, other.names),
        union(tcpChecks, other.tcpChecks),
        union(httpChecks, other.httpChecks));
  }

  private static <T> List<T> union(List<T> some, List<T> more) {
    LinkedHashSet<T> all = new LinkedHashSet<>(some);
    all.addAll(more);
    return new ArrayList<>(all);
  }
}
