package dev.lish.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.Nodes;
import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.FlagClass;
import dev.lish.accesslog.RawView;
import dev.lish.accesslog.ResponseClass;
import dev.lish.guard.Admissions;
import dev.lish.guard.Terms;
import dev.lish.model.ContentHash;
import dev.lish.model.Drain;
import dev.lish.model.Node;
import dev.lish.model.Problem;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageControl;
import dev.lish.model.Version;
import dev.lish.pipeline.GuardView;
import dev.lish.pipeline.View;
import dev.lish.pipeline.View.Freshness;
import dev.lish.serve.NodeView;
import dev.lish.serve.StreamKind;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetersTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static final SnapshotKey KEY =
      new SnapshotKey("release", "edge", new TreeMap<>(Map.of("locality.zone", "tokyo-1")));
  private static final Version OLDER = Version.of(ContentHash.EMPTY, 1);
  private static final Version NEWER = Version.of(ContentHash.EMPTY, 2);

  private final Meters meters = new Meters(Clock.fixed(NOW, ZoneOffset.UTC));
  private final List<View.Stage> stages =
      new ArrayList<>(
          List.of(
              stage("beta", Optional.of(new Revision(7)), StageControl.DEFAULT),
              stage(
                  "release",
                  Optional.empty(),
                  new StageControl(
                      Optional.empty(), Optional.of(new Revision(6)), 0, "", "", NOW))));
  private AccessLogView accessLogs = accessLogs(40);

  @BeforeEach
  void watch() {
    meters.watch(
        this::view, MetersTest::nodes, () -> Map.of(ResourceType.ROUTE, 4), () -> accessLogs);
  }

  @BeforeEach
  void certificate() {
    meters.certificate("xds", () -> NOW.plusSeconds(3_600));
  }

  @Test
  void expiryOfCertificatesIsShown() {
    assertThat(meters.scrape().lines())
        .contains("lish_certificate_expiry_seconds{door=\"xds\"} 3600.0");
  }

  @AfterEach
  void close() {
    meters.close();
  }

  private static View.Stage stage(String name, Optional<Revision> serving, StageControl control) {
    return new View.Stage(
        name,
        control,
        false,
        Optional.of(new Revision(7)),
        serving,
        Optional.of(new Revision(7)),
        List.of(Problem.error("a.yaml", 1, "x"), Problem.warning("a.yaml", 2, "y")),
        false,
        new TreeSet<>());
  }

  private View view() {
    return new View(
        NOW,
        List.of("registry consul: refused"),
        Optional.of(new Revision(7)),
        stages,
        new View.Membership(Optional.empty(), Optional.empty(), List.of()),
        List.of(
            new View.SourceView("mesh", Freshness.CURRENT, Optional.of(NOW), ""),
            source("consul:payments?tag=v2", Freshness.STALE, 90),
            source("consul:users", Freshness.STALE, 30),
            source("consul:orders", Freshness.MISSING, 0)),
        List.of(
            new View.Drained(
                new Drain("10.0.0.7", "ann", "disk", NOW),
                false,
                3,
                new TreeSet<>(),
                Optional.empty())),
        new GuardView(
            List.of(
                new GuardView.Guarded(
                    "consul:payments",
                    Terms.NONE,
                    Set.of("consul:payments"),
                    Admissions.decision("consul:payments", 10, NOW))),
            Map.of(),
            List.of(),
            List.of(),
            4,
            3,
            List.of()),
        new Assignment(List.of(), Map.of(), Map.of(KEY, snapshot())));
  }

  private static Snapshot snapshot() {
    Resource route =
        Resource.of(ResourceType.ROUTE, "main", ByteString.copyFromUtf8("12345"), "main.yaml");
    return Snapshot.of(
        new Snapshot.Origin(KEY, new Revision(7), 0),
        Map.of(ResourceType.ROUTE, ResourceSet.of(ResourceType.ROUTE, List.of(route))),
        List.of(),
        Set.of());
  }

  private static View.SourceView source(String name, Freshness freshness, int seconds) {
    return new View.SourceView(name, freshness, Optional.of(NOW.minusSeconds(seconds)), "");
  }

  private static List<NodeView> nodes() {
    Node node = Nodes.node("edge-1", "edge", Map.of());
    return List.of(
        new NodeView(
            node,
            Optional.empty(),
            Optional.empty(),
            new StreamKind(true, true),
            NOW,
            NodeView.State.UNMATCHED,
            Map.of(
                ResourceType.CLUSTER,
                typeView(Optional.of(NEWER), 7),
                ResourceType.LISTENER,
                typeView(Optional.of(OLDER), 9))));
  }

  /** The older version was accepted. */
  private static NodeView.TypeView typeView(Optional<Version> sent, int secondsAgo) {
    return new NodeView.TypeView(
        sent,
        Optional.of(OLDER),
        Optional.empty(),
        "",
        NOW,
        "",
        sent.equals(Optional.of(OLDER))
            ? Optional.empty()
            : Optional.of(NOW.minusSeconds(secondsAgo)));
  }

  @Test
  void pipelineIsShown() {
    assertThat(meters.scrape().lines())
        .contains(
            "lish_ready 0.0",
            "lish_head_revision 7.0",
            "lish_membership_pending 0.0",
            "lish_stage_target_revision{stage=\"beta\"} 7.0",
            "lish_stage_serving_revision{stage=\"beta\"} 7.0",
            "lish_stage_serving_revision{stage=\"release\"} 0.0",
            "lish_stage_paused{stage=\"beta\"} 0.0",
            "lish_stage_paused{stage=\"release\"} 1.0",
            "lish_stage_problems{severity=\"error\",stage=\"beta\"} 1.0",
            "lish_stage_problems{severity=\"warning\",stage=\"beta\"} 1.0",
            "lish_nodes{state=\"unmatched\"} 1.0",
            "lish_nodes{state=\"synced\"} 0.0");
  }

  @Test
  void queriesOfARegistryAreCountedTogether() {
    assertThat(meters.scrape().lines())
        .contains(
            "lish_sources{source=\"mesh\",state=\"current\"} 1.0",
            "lish_sources{source=\"consul\",state=\"stale\"} 2.0",
            "lish_sources{source=\"consul\",state=\"missing\"} 1.0",
            "lish_source_silence_seconds{source=\"mesh\"} 0.0",
            "lish_source_silence_seconds{source=\"consul\"} 90.0")
        .noneMatch(line -> line.contains("payments?tag"));
  }

  @Test
  void stageThatIsGoneIsNoLongerShown() {
    meters.scrape();
    stages.remove(0);

    assertThat(meters.scrape()).doesNotContain("stage=\"beta\"").contains("stage=\"release\"");
  }

  private static AccessLogView accessLogs(long requests) {
    return new AccessLogView(
        new AccessLogView.Received(1, 2, 5, 3, 4),
        new AccessLogView.Lost(6, 7, 8),
        List.of(
            new AccessLogView.Series(
                new AccessLogView.SeriesKey(
                    "canary",
                    "edge",
                    "edge-web",
                    "payments",
                    "all",
                    ResponseClass.C5XX,
                    FlagClass.UNREACHABLE),
                requests,
                new AccessLogView.Series.Bytes(1_000, 2_000),
                2,
                new AccessLogView.Series.Durations(
                    3_000_000,
                    List.of(0L, 39L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L)),
                new AccessLogView.Series.Durations(
                    80_000, List.of(0L, 38L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L))),
            new AccessLogView.Series(
                new AccessLogView.SeriesKey(
                    "canary", "edge", "edge-web", "db", "", ResponseClass.TCP, FlagClass.NONE),
                3,
                new AccessLogView.Series.Bytes(10, 20),
                0,
                new AccessLogView.Series.Durations(30, Collections.nCopies(15, 0L)),
                new AccessLogView.Series.Durations(0, Collections.nCopies(15, 0L)))),
        List.of(),
        new RawView(9, 1, List.of(new RawView.Sink("files", true, 10, 11, 12))));
  }

  @Test
  void accessLogEntriesAreCounted() {
    meters.scrape();
    accessLogs = accessLogs(41);

    assertThat(meters.scrape().lines())
        .contains(
            "lish_accesslog_entries_total{cluster=\"payments\",response=\"5xx\"} 41.0",
            "lish_accesslog_streams 1.0",
            "lish_accesslog_streams_opened_total 2.0",
            "lish_accesslog_messages_total 3.0",
            "lish_accesslog_streams_broken_total 5.0",
            "lish_accesslog_messages_refused_total 4.0",
            "lish_accesslog_entries_dropped_total 6.0",
            "lish_accesslog_entries_partial_total 7.0",
            "lish_accesslog_entries_folded_total 8.0",
            "lish_accesslog_raw_dropped_total 9.0",
            "lish_accesslog_raw_sink_lines_total{sink=\"files\"} 10.0",
            "lish_accesslog_raw_sink_dropped_total{sink=\"files\"} 11.0",
            "lish_accesslog_raw_sink_failures_total{sink=\"files\"} 12.0");
  }

  @Test
  void trafficIsShown() {
    String tags =
        "{cluster=\"payments\",failure=\"unreachable\",group=\"edge\",node_cluster=\"edge-web\","
            + "response=\"5xx\",route=\"all\",stage=\"canary\"";

    assertThat(meters.scrape().lines())
        .contains(
            "lish_traffic_requests_total" + tags + "} 40.0",
            "lish_traffic_received_bytes_total" + tags + "} 1000.0",
            "lish_traffic_sent_bytes_total" + tags + "} 2000.0",
            "lish_traffic_retries_total" + tags + "} 2.0",
            "lish_traffic_duration_seconds_bucket" + tags + ",le=\"0.001\"} 0",
            "lish_traffic_duration_seconds_bucket" + tags + ",le=\"0.005\"} 39",
            "lish_traffic_duration_seconds_bucket" + tags + ",le=\"+Inf\"} 40",
            "lish_traffic_duration_seconds_count" + tags + "} 40",
            "lish_traffic_duration_seconds_sum" + tags + "} 3.0",
            "lish_traffic_first_byte_seconds_bucket" + tags + ",le=\"0.01\"} 38",
            "lish_traffic_first_byte_seconds_bucket" + tags + ",le=\"0.025\"} 39",
            "lish_traffic_first_byte_seconds_bucket" + tags + ",le=\"+Inf\"} 39",
            "lish_traffic_first_byte_seconds_count" + tags + "} 39",
            "lish_traffic_first_byte_seconds_sum" + tags + "} 0.08");
    // Sixteen lines that are always 0 are worth no room.
    assertThat(meters.scrape().lines().filter(line -> line.contains("cluster=\"db\"")))
        .anyMatch(line -> line.startsWith("lish_traffic_requests_total"))
        .noneMatch(line -> line.startsWith("lish_traffic_first_byte"));
    assertThat(meters.scrape("application/openmetrics-text").body()).endsWith("# EOF\n");
  }

  @Test
  void streamsAreCounted() {
    StreamKind kind = new StreamKind(true, true);
    meters.xds().opened(kind);
    meters.xds().opened(kind);
    meters.xds().closed(kind);
    meters.xds().sent(ResourceType.CLUSTER, 1000, 3, 1500);
    meters.xds().acked(ResourceType.CLUSTER, 40_000);
    meters.xds().nacked(ResourceType.CLUSTER);
    meters.xds().stale(ResourceType.LISTENER);
    meters.xds().late(ResourceType.LISTENER);
    meters.xds().encoded(ResourceType.CLUSTER, 900);
    meters.xds().unknownType();
    meters.xds().ended("age");
    meters.xds().delayed();
    meters.xds().subscribed(ResourceType.SECRET);
    meters.xds().subscribed(ResourceType.SECRET);
    meters.xds().unsubscribed(ResourceType.SECRET);
    meters.xds().coalesced(ResourceType.ENDPOINT);
    meters.xds().changeSent(ResourceType.ENDPOINT, 3_000);
    meters.xds().changeAcked(ResourceType.ENDPOINT, 9_000);

    assertThat(meters.scrape().lines())
        .contains(
            "lish_xds_streams{kind=\"ads\",protocol=\"delta\"} 1.0",
            "lish_xds_streams_opened_total{kind=\"ads\",protocol=\"delta\"} 2.0",
            "lish_xds_responses_total{type=\"cluster\"} 1.0",
            "lish_xds_response_bytes_total{type=\"cluster\"} 1000.0",
            "lish_xds_response_resources_total{type=\"cluster\"} 3.0",
            "lish_xds_push_seconds_bucket{type=\"cluster\",le=\"0.001\"} 0",
            "lish_xds_push_seconds_bucket{type=\"cluster\",le=\"0.002\"} 1",
            "lish_xds_ack_seconds_bucket{type=\"cluster\",le=\"0.05\"} 1",
            "lish_xds_ack_seconds_count{type=\"cluster\"} 1",
            "lish_xds_nacks_total{type=\"cluster\"} 1.0",
            "lish_xds_stale_requests_total{type=\"listener\"} 1.0",
            "lish_xds_late_answers_total{type=\"listener\"} 1.0",
            "lish_xds_encoded_total{type=\"cluster\"} 1.0",
            "lish_xds_encoded_bytes_total{type=\"cluster\"} 900.0",
            "lish_xds_unknown_types_total 1.0",
            "lish_xds_streams_ended_total{reason=\"age\"} 1.0",
            "lish_xds_streams_delayed_total 1.0",
            "lish_xds_subscriptions{type=\"secret\"} 1.0",
            "lish_xds_coalesced_total{type=\"endpoint\"} 1.0",
            "lish_xds_change_sent_seconds_bucket{type=\"endpoint\",le=\"0.002\"} 0",
            "lish_xds_change_sent_seconds_bucket{type=\"endpoint\",le=\"0.005\"} 1",
            "lish_xds_change_acked_seconds_bucket{type=\"endpoint\",le=\"0.01\"} 1");
  }

  @Test
  void whoLagsIsShownByType() {
    assertThat(meters.scrape().lines())
        .contains(
            "lish_xds_behind{type=\"route\"} 4.0",
            "lish_xds_behind{type=\"cluster\"} 0.0",
            "lish_xds_unanswered_age_seconds{type=\"cluster\"} 7.0",
            "lish_xds_unanswered_age_seconds{type=\"listener\"} 0.0");
  }

  @Test
  void sizeOfSnapshotsIsShown() {
    String key = "by=\"locality.zone=tokyo-1\",group=\"edge\",stage=\"release\",type=\"route\"";
    assertThat(meters.scrape().lines())
        .contains(
            "lish_snapshot_resources{" + key + "} 1.0",
            "lish_snapshot_size_bytes{" + key + "} 5.0");
  }

  @Test
  void reasonsAreBounded() {
    for (int i = 0; i < 100; i++) {
      meters.xds().refused("reason " + i);
    }

    List<String> lines =
        meters.scrape().lines().filter(l -> l.startsWith("lish_xds_streams_refused")).toList();
    assertThat(lines).hasSize(16).contains("lish_xds_streams_refused_total{reason=\"other\"} 85.0");
  }

  @Test
  void scraperThatAsksForOpenMetricsGetsThem() {
    Meters.Scrape scrape =
        meters.scrape(
            "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5");

    assertThat(scrape.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(scrape.body()).endsWith("# EOF\n");
    assertThat(meters.scrape("*/*").contentType()).startsWith("text/plain; version=0.0.4");
  }

  @Test
  void nothingIsSharedWithOtherRegistriesOfTheProcess() {
    try (Meters other = new Meters(Clock.systemUTC())) {
      other.xds().nacked(ResourceType.CLUSTER);
      other.scrape();
    }

    assertThat(Metrics.globalRegistry.getRegistries()).isEmpty();
    assertThat(meters.scrape().lines()).contains("lish_xds_nacks_total{type=\"cluster\"} 0.0");
  }

  @Test
  void docsListExactlyWhatIsRegistered() throws IOException {
    meters.scrape();
    Set<String> registered =
        meters.registry().getMeters().stream()
            .map(Meter::getId)
            .filter(id -> id.getName().startsWith("lish."))
            .map(
                id ->
                    id.getName().replace('.', '_')
                        + id.getTags().stream()
                            .map(Tag::getKey)
                            .sorted()
                            .collect(Collectors.joining(", ", " ", "")))
            .map(String::trim)
            .collect(Collectors.toCollection(TreeSet::new));
    registered.addAll(
        beside("lish_traffic_", "cluster, failure, group, node_cluster, response, route, stage"));
    registered.addAll(beside("lish_xds_(push|ack|change|response)", "type"));
    Set<String> families =
        meters.registry().getMeters().stream()
            .map(m -> m.getId().getName())
            .filter(name -> !name.startsWith("lish."))
            .map(name -> name.substring(0, name.indexOf('.')) + "_*")
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(documented("lish_")).isEqualTo(registered);
    assertThat(documented("(?!lish_)")).isEqualTo(families);
  }

  /** The same of meters that are beside Micrometer's, from the scrape. */
  private Set<String> beside(String start, String tags) {
    Pattern family = Pattern.compile("(?m)^# TYPE (" + start + "[a-z_]*) [a-z]+$");
    return family
        .matcher(meters.scrape())
        .results()
        .map(m -> m.group(1).replaceAll("(_total|_seconds|_bytes)$", "") + " " + tags)
        .collect(Collectors.toSet());
  }

  /** Name, without the suffix that its kind adds, and tags of every row in the tables. */
  private static Set<String> documented(String start) throws IOException {
    Pattern row = Pattern.compile("(?m)^\\| `(" + start + "[a-z_*]+)` \\| ([a-z_, ]*)\\|");
    return row.matcher(Files.readString(Path.of("docs/metrics.md")))
        .results()
        .map(MetersTest::nameAndTags)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String nameAndTags(MatchResult row) {
    String name = row.group(1).replaceAll("(_total|_seconds|_bytes)$", "");
    return (name + " " + row.group(2).trim()).trim();
  }
}
