package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Envoy names no cluster when there was no host to send to. */
class DestinationsTest {
  private static final int NO_HEALTHY_UPSTREAM = 1 << 2;
  private static final int RATE_LIMITED = 1 << 12;
  private static final int OVERFLOW = 1 << 8;

  private final Destinations destinations =
      new Destinations(Map.of("pay", "payments"), Map.of("tunnel", "db"));

  private static Entry entry(String cluster, String route, int flags, boolean tcp) {
    byte[] bytes = (cluster + route).getBytes(UTF_8);
    Entry entry = new Entry();
    entry.start(bytes, 0, bytes.length, tcp);
    entry.clusterTo = cluster.length();
    entry.routeFrom = cluster.length();
    entry.routeTo = bytes.length;
    entry.flags = flags;
    return entry;
  }

  private String cluster(Entry entry, String log) {
    destinations.complete(entry, log);
    return entry.cluster().toStringUtf8();
  }

  @Test
  void theRouteTellsWhichClusterHadNoHost() {
    assertThat(cluster(entry("", "pay", NO_HEALTHY_UPSTREAM, false), "edge")).isEqualTo("payments");
    assertThat(cluster(entry("", "pay", OVERFLOW, false), "edge")).isEqualTo("payments");
    assertThat(cluster(entry("", "other", NO_HEALTHY_UPSTREAM, false), "edge")).isEmpty();
    assertThat(cluster(entry("", "", NO_HEALTHY_UPSTREAM, false), "edge")).isEmpty();
    assertThat(cluster(entry("", "", NO_HEALTHY_UPSTREAM, true), "tunnel")).isEqualTo("db");
    assertThat(cluster(entry("", "", NO_HEALTHY_UPSTREAM, true), "other")).isEmpty();
  }

  @Test
  void whatEnvoyNamesOrRefusesByItselfStays() {
    assertThat(cluster(entry("v2", "pay", NO_HEALTHY_UPSTREAM, false), "edge")).isEqualTo("v2");
    assertThat(cluster(entry("", "pay", RATE_LIMITED, false), "edge")).isEmpty();
    assertThat(cluster(entry("", "pay", 0, false), "edge")).isEmpty();
  }

  @Test
  void whoFollowsTheClusterSeesIt() {
    Entry entry = entry("", "pay", NO_HEALTHY_UPSTREAM, false);
    destinations.complete(entry, "edge");
    assertThat(RawFilter.parse("payments", List.of()).takes(entry)).isTrue();
    assertThat(RawFilter.parse("pay", List.of()).takes(entry)).isFalse();
    entry.start(new byte[0], 0, 0, false);
    assertThat(entry.cluster()).isEmpty();
  }
}
