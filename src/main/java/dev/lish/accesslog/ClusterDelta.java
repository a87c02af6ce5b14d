package dev.lish.accesslog;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one scope sent to one upstream cluster since the last fold. */
final class ClusterDelta {
  private static final ResponseClass[] RESPONSES = ResponseClass.values();
  private static final FlagClass[] FAILURES = FlagClass.values();
  private static final int CLASSES = RESPONSES.length * FAILURES.length;

  final ByteString cluster;
  final Counts counts = new Counts();

  /** Folds since the last entry. */
  int idle;

  private final byte[] name;
  private final List<Route> routes = new ArrayList<>();

  /** One route; its sums by response and failure. */
  static final class Route {
    final ByteString name;
    final @Nullable Sums[] cells = new Sums[CLASSES];
    private final byte[] bytes;

    /** Takes the sums of one response and failure. */
    interface Taker {
      void take(ResponseClass response, FlagClass failure, Sums sums);
    }

    /** Those that have any. */
    void forEach(Taker taker) {
      int i = 0;
      for (ResponseClass response : RESPONSES) {
        for (FlagClass failure : FAILURES) {
          Sums sums = cells[i++];
          if (sums != null && sums.requests > 0) {
            taker.take(response, failure, sums);
          }
        }
      }
    }

    Route(ByteString name) {
      this.name = name;
      this.bytes = name.toByteArray();
    }
  }

  ClusterDelta(ByteString cluster) {
    this.cluster = cluster;
    this.name = cluster.toByteArray();
  }

  /** True when the entry is of this cluster. */
  boolean is(Entry entry) {
    return Arrays.equals(
        name, 0, name.length, entry.clusterBytes, entry.clusterFrom, entry.clusterTo);
  }

  /**
   * Adds an entry; the same few routes come again and again, so they are looked for one by one.
   *
   * @param fresh false: no route may be added, those that are not there share one
   * @return how many places it took that were not there before
   */
  @SuppressWarnings("EnumOrdinal") // The order that Route.forEach goes in, in this process only.
  int add(Entry entry, boolean fresh) {
    ResponseClass response = entry.response();
    FlagClass failure = entry.failure();
    counts.add(entry, response, failure);
    idle = 0;
    int before = routes.size();
    Route route = route(entry, fresh);
    int cell = response.ordinal() * FAILURES.length + failure.ordinal();
    Sums sums = route.cells[cell];
    int added = routes.size() - before;
    if (sums == null) {
      sums = new Sums();
      route.cells[cell] = sums;
      added++;
    }
    sums.add(entry);
    return added;
  }

  private Route route(Entry entry, boolean fresh) {
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      byte[] bytes = route.bytes;
      if (Arrays.equals(bytes, 0, bytes.length, entry.bytes, entry.routeFrom, entry.routeTo)) {
        if (i > 0) {
          // The next one is likely to be of the same.
          routes.set(i, routes.set(0, route));
        }
        return route;
      }
    }
    if (fresh && entry.routeTo - entry.routeFrom <= Totals.MAX_KEY_BYTES) {
      Route route = new Route(entry.route());
      routes.add(0, route);
      return route;
    }
    for (Route route : routes) {
      if (route.name.equals(Delta.OTHER)) {
        return route;
      }
    }
    Route other = new Route(Delta.OTHER);
    routes.add(other);
    return other;
  }

  List<Route> routes() {
    return routes;
  }
}
