package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which entries somebody wants to see. */
public final class RawFilter {
  private final byte[] cluster;
  private final Set<ResponseClass> classes = EnumSet.noneOf(ResponseClass.class);
  private final Set<Integer> codes = new HashSet<>();

  private RawFilter(String cluster) {
    this.cluster = cluster.getBytes(UTF_8);
  }

  /**
   * A filter.
   *
   * @param cluster the upstream cluster; empty: all
   * @param statuses {@code 5xx}, {@code 404}, {@code tcp}, {@code none}; empty: all
   * @throws IllegalArgumentException with what was found and what was expected
   */
  public static RawFilter parse(String cluster, List<String> statuses) {
    RawFilter filter = new RawFilter(cluster);
    for (String status : statuses) {
      if (status.matches("[1-5]\\d\\d")) {
        filter.codes.add(Integer.parseInt(status));
      } else {
        filter.classes.add(
            Arrays.stream(ResponseClass.values())
                .filter(c -> c.label().equals(status.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "status: "
                                + status
                                + " (expected: a number such as 503, or one of 1xx to 5xx, tcp,"
                                + " none)")));
      }
    }
    return filter;
  }

  boolean takes(Entry entry) {
    boolean status =
        (codes.isEmpty() && classes.isEmpty())
            || classes.contains(entry.response())
            || (!entry.tcp && codes.contains(entry.status));
    return status
        && (cluster.length == 0
            || Arrays.equals(
                cluster,
                0,
                cluster.length,
                entry.clusterBytes,
                entry.clusterFrom,
                entry.clusterTo));
  }
}
