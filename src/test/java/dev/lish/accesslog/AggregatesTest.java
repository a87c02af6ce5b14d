package dev.lish.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Revision;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AggregatesTest {
  private static final Scope SCOPE =
      new Scope("edge-a", new Origin("beta", "edge", Optional.of(new Revision(7))));

  private final AccessLogs.Limits limits = new AccessLogs.Limits(4, 3, 2, 2, 80);
  private final Aggregates aggregates = new Aggregates(limits, 0);
  private final Delta delta = new Delta(100, 100);

  private static Entry entry(String cluster, String route, int status, int millis, int... flags) {
    byte[] bytes = (cluster + route).getBytes(UTF_8);
    Entry entry = new Entry();
    entry.start(bytes, 0, bytes.length, false);
    entry.clusterTo = cluster.length();
    entry.routeFrom = cluster.length();
    entry.routeTo = bytes.length;
    entry.status = status;
    entry.duration = millis * 1000L;
    entry.attempts = 2;
    for (int flag : flags) {
      entry.flags |= 1 << flag;
    }
    return entry;
  }

  private void fold(long second, Scope scope, Entry... entries) {
    Delta.Adder adder = delta.of(scope);
    for (Entry entry : entries) {
      adder.add(entry);
    }
    aggregates.at(second);
    delta.fold(aggregates);
  }

  @Test
  void seriesKeepEveryTagAndAddUp() {
    fold(1, SCOPE, entry("payments", "all", 200, 4), entry("payments", "all", 200, 6));
    fold(2, SCOPE, entry("payments", "all", 200, 8), entry("", "", 503, 1, 2));

    assertThat(aggregates.series())
        .extracting(s -> s.key() + " " + s.requests() + " " + s.retries())
        .containsExactlyInAnyOrder(
            new AccessLogView.SeriesKey(
                    "beta", "edge", "edge-a", "payments", "all", ResponseClass.C2XX, FlagClass.NONE)
                + " 3 3",
            new AccessLogView.SeriesKey(
                    "beta", "edge", "edge-a", "none", "", ResponseClass.C5XX, FlagClass.UNREACHABLE)
                + " 1 1");
    assertThat(aggregates.series())
        .extracting(s -> s.durations().micros())
        .containsExactlyInAnyOrder(18_000L, 1_000L);
  }

  @Test
  void firstBytesAreSortedIntoBucketsAndThoseWithoutAreNotThere() {
    Entry early = entry("payments", "", 200, 6);
    early.firstByte = 1_000;
    Entry late = entry("payments", "", 200, 70_000);
    late.firstByte = 60_000_001;
    fold(1, SCOPE, early, entry("payments", "", 200, 6));
    fold(2, SCOPE, early, late);

    AccessLogView.Series.Durations firstByte = aggregates.series().get(0).firstByte();
    assertThat(firstByte.micros()).isEqualTo(60_002_001);
    assertThat(firstByte.counts())
        .containsExactly(2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L);
  }

  @Test
  void windowsForgetWhatIsTooOld() {
    fold(1_000, SCOPE, entry("payments", "", 503, 100, 2), entry("payments", "", 200, 10));
    fold(1_030, SCOPE, entry("payments", "", 200, 10));

    Traffic.Cluster now = aggregates.traffic(Span.MINUTE, 1_030).clusters().get(0);
    assertThat(now.name()).isEqualTo("payments");
    assertThat(now.stats().requests()).isEqualTo(3);
    assertThat(now.stats().errors()).isEqualTo(1);
    assertThat(now.stats().flags()).containsOnlyKeys("UH").containsValue(1L);
    assertThat(now.stats().p99()).isBetween(97.0, 103.0);
    assertThat(now.stats().p50()).isBetween(9.7, 10.3);
    assertThat(aggregates.traffic(Span.MINUTE, 1_070).clusters().get(0).stats().requests())
        .isEqualTo(1);
    assertThat(aggregates.traffic(Span.MINUTE, 1_100).clusters()).isEmpty();
    assertThat(aggregates.traffic(Span.HOUR, 1_100).clusters().get(0).stats().requests())
        .isEqualTo(3);
    assertThat(aggregates.traffic(Span.HOUR, 5_000).clusters()).isEmpty();
  }

  @Test
  void spanIsThatOfTheSlotsButNoLongerThanSinceTheStart() {
    assertThat(aggregates.traffic(Span.MINUTE, 9).seconds()).isEqualTo(10);
    assertThat(aggregates.traffic(Span.MINUTE, 1_000).seconds()).isEqualTo(51);
    assertThat(aggregates.traffic(Span.MINUTE, 1_009).seconds()).isEqualTo(60);
  }

  @Test
  void versionsAndEdgesAreToldApart() {
    fold(1, SCOPE, entry("payments", "", 200, 1), entry("orders", "", 200, 1));
    Scope next = new Scope("edge-a", new Origin("beta", "edge", Optional.of(new Revision(8))));
    fold(2, next, entry("payments", "", 500, 1));

    Traffic traffic = aggregates.traffic(Span.MINUTE, 3);
    assertThat(traffic.versions())
        .extracting(v -> v.stage() + "@" + v.revision() + " " + v.stats().errors())
        .containsExactly("beta@7 0", "beta@8 1");
    assertThat(traffic.edges())
        .containsExactly(
            new Traffic.Edge("edge-a", "orders", 1, 0),
            new Traffic.Edge("edge-a", "payments", 2, 1));
  }

  @Test
  void whatIsAboveALimitIsCountedTogether() {
    for (int i = 0; i < 50; i++) {
      Scope scope = new Scope("n" + i, new Origin("s" + i, "g", Optional.empty()));
      fold(1, scope, entry("c" + i, "", 200, 1));
    }
    assertThat(aggregates.series()).hasSize(5);
    assertThat(aggregates.series().stream().mapToLong(s -> s.requests()).sum()).isEqualTo(50);
    assertThat(aggregates.folded()).isEqualTo(46);
    Traffic traffic = aggregates.traffic(Span.MINUTE, 1);
    assertThat(traffic.clusters()).hasSize(4);
    assertThat(traffic.versions()).hasSize(3);
    assertThat(traffic.edges()).hasSize(3).contains(new Traffic.Edge("other", "other", 48, 0));
  }

  @Test
  void subjectsThatAreIdleForAnHourMakeRoom() {
    fold(0, SCOPE, entry("a", "", 200, 1), entry("b", "", 200, 1), entry("c", "", 200, 1));
    fold(4_000, SCOPE, entry("d", "", 200, 1));

    assertThat(aggregates.traffic(Span.MINUTE, 4_000).clusters())
        .extracting(Traffic.Cluster::name)
        .containsExactly("d");
  }
}
