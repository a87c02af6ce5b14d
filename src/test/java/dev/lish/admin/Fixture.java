package dev.lish.admin;

import com.google.protobuf.ByteString;
import dev.lish.Nodes;
import dev.lish.accesslog.AccessLogView;
import dev.lish.accesslog.FlagClass;
import dev.lish.accesslog.RawView;
import dev.lish.accesslog.ResponseClass;
import dev.lish.accesslog.Span;
import dev.lish.accesslog.Traffic;
import dev.lish.guard.Admissions;
import dev.lish.guard.ClusterRules;
import dev.lish.guard.GuardSettings;
import dev.lish.guard.Terms;
import dev.lish.model.Drain;
import dev.lish.model.GroupRule;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import dev.lish.model.NodeMatch;
import dev.lish.model.Problem;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageControl;
import dev.lish.model.StageRule;
import dev.lish.model.Version;
import dev.lish.pipeline.GuardView;
import dev.lish.pipeline.Operations;
import dev.lish.pipeline.View;
import dev.lish.pipeline.View.Freshness;
import dev.lish.serve.NodeView;
import dev.lish.serve.NodeView.TypeView;
import dev.lish.serve.StreamKind;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.Commit;
import dev.lish.source.Health;
import dev.lish.source.Hold;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A small mesh as the API sees it. */
final class Fixture {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final String TOKEN = "s3cret";
  static final SnapshotKey EDGE =
      new SnapshotKey("release", "edge", new TreeMap<>(Map.of("locality.zone", "tokyo-1")));

  private Fixture() {}

  static View view(List<String> notReady) {
    StageControl paused =
        new StageControl(
            Optional.of(new Revision(6)),
            Optional.of(new Revision(6)),
            1,
            "yuki",
            "errors after 7",
            NOW.minusSeconds(60));
    Problem problem = Problem.error("edge/routes/main.yaml", 12, "prefix: 1 (expected: a string)");
    return new View(
        NOW,
        notReady,
        Optional.of(new Revision(7)),
        List.of(
            new View.Stage(
                "beta",
                StageControl.DEFAULT,
                false,
                Optional.of(new Revision(7)),
                Optional.of(new Revision(6)),
                Optional.of(new Revision(7)),
                List.of(Problem.warning("mesh.yaml", 3, "no node matches"), problem),
                false,
                new TreeSet<>(Set.of("consul"))),
            new View.Stage(
                "release",
                paused,
                true,
                Optional.of(new Revision(6)),
                Optional.of(new Revision(6)),
                Optional.of(new Revision(6)),
                List.of(),
                false,
                new TreeSet<>())),
        new View.Membership(
            Optional.of(new Revision(5)),
            Optional.of(new Revision(7)),
            List.of("edge-1: beta -> release")),
        List.of(
            new View.SourceView("mesh", Freshness.CURRENT, Optional.of(NOW), "42 files"),
            new View.SourceView(
                "consul:payments", Freshness.STALE, Optional.of(NOW.minusSeconds(90)), "refused"),
            new View.SourceView("consul:users", Freshness.MISSING, Optional.empty(), "")),
        List.of(
            new View.Drained(
                new Drain("10.0.0.7", "ann", "disk", NOW.minusSeconds(60)),
                true,
                3,
                new TreeSet<>(),
                Optional.of("changed by bob"))),
        guard(),
        assignment());
  }

  private static GuardView guard() {
    Instance instance =
        new Instance(
            "n1/payments-1",
            "10.0.0.1",
            80,
            Health.PASSING,
            1,
            new Locality("", "", ""),
            new TreeMap<>());
    Hold hold =
        new Hold(
            Hold.Kind.GONE,
            "consul:payments",
            new TreeMap<>(
                Map.of(
                    "10.0.0.1:80",
                    new Hold.Entry(NOW, NOW.plusSeconds(600), Optional.of(instance)))));
    return new GuardView(
        List.of(
            new GuardView.Guarded(
                "consul:payments",
                new Terms(
                    new TreeSet<>(Set.of("payments")),
                    new ClusterRules(50, true, true, false),
                    GuardSettings.DEFAULT,
                    Duration.ofMillis(31_500)),
                Set.of("consul:payments"),
                Admissions.decision("consul:payments", 10, NOW))),
        Map.of(),
        List.of(new GuardView.Kept(hold, true)),
        List.of(
            new GuardView.Change(
                "release",
                new Revision(7),
                List.of("cluster users loses its health checks: hosts that fail get traffic"),
                new TreeSet<>(Set.of("users")))),
        0,
        1,
        List.of(new GuardView.Alarm(NOW, "consul:payments: 8 instances deregistered")));
  }

  private static Assignment assignment() {
    Resource cluster =
        Resource.of(
            ResourceType.CLUSTER, "payments", ByteString.copyFromUtf8("body"), "c/payments.yaml");
    Snapshot snapshot =
        Snapshot.of(
            new Snapshot.Origin(EDGE, new Revision(6), 1),
            Map.of(ResourceType.CLUSTER, ResourceSet.of(ResourceType.CLUSTER, List.of(cluster))),
            List.of(),
            Set.of("consul:users"));
    return new Assignment(
        List.of(new StageRule("release", NodeMatch.ALL, 100)),
        Map.of(
            "release",
            List.of(
                new GroupRule(
                    "edge",
                    new NodeMatch(new TreeMap<>(Map.of("cluster", "edge"))),
                    new TreeMap<>(Map.of("locality.zone", List.of("tokyo-1")))))),
        Map.of(EDGE, snapshot));
  }

  static List<NodeView> nodes() {
    return List.of(
        stream(Nodes.node("edge/1", "edge", Map.of()), true, NodeView.State.NACKED, cluster()),
        stream(Nodes.node("lost-1", "lost", Map.of()), true, NodeView.State.UNMATCHED, Map.of()),
        stream(Nodes.node("old-1", "edge", Map.of()), false, NodeView.State.SYNCED, cluster()),
        stream(Nodes.node("old-1", "edge", Map.of()), false, NodeView.State.BEHIND, listener()));
  }

  private static NodeView stream(
      Node node, boolean ads, NodeView.State state, Map<ResourceType, TypeView> types) {
    boolean matched = state != NodeView.State.UNMATCHED;
    return new NodeView(
        node,
        matched ? Optional.of(EDGE) : Optional.empty(),
        matched ? Optional.of(new Revision(6)) : Optional.empty(),
        new StreamKind(true, ads),
        NOW.minusSeconds(600),
        state,
        types);
  }

  private static Map<ResourceType, TypeView> cluster() {
    return Map.of(
        ResourceType.CLUSTER,
        new TypeView(
            Optional.of(new Version("b")),
            Optional.of(new Version("a")),
            Optional.of(new Version("b")),
            "bad lb_policy",
            NOW,
            "c/payments.yaml",
            Optional.empty()));
  }

  private static Map<ResourceType, TypeView> listener() {
    return Map.of(
        ResourceType.LISTENER,
        new TypeView(
            Optional.of(new Version("c")),
            Optional.empty(),
            Optional.empty(),
            "",
            NOW,
            "",
            Optional.of(NOW)));
  }

  static Traffic traffic(Span span) {
    Traffic.Stats stats =
        new Traffic.Stats(1_200, 30, 4.2, 120.5, 900.25, Map.of("UH", 20L, "UT", 10L));
    return new Traffic(
        span,
        60,
        List.of(new Traffic.Cluster("payments", stats)),
        List.of(new Traffic.Version("beta", 7, stats), new Traffic.Version("", 0, stats)),
        List.of(
            new Traffic.Edge("edge-web", "payments", 1_000, 0),
            new Traffic.Edge("in\"ner\u0007", "payments", 200, 30)));
  }

  static AccessLogView accessLogs() {
    return new AccessLogView(
        new AccessLogView.Received(1, 2, 5, 3, 4),
        new AccessLogView.Lost(6, 7, 8),
        List.of(
            new AccessLogView.Series(
                new AccessLogView.SeriesKey(
                    "beta",
                    "edge",
                    "edge-web",
                    "payments",
                    "all",
                    ResponseClass.C2XX,
                    FlagClass.NONE),
                40,
                new AccessLogView.Series.Bytes(1_000, 2_000),
                2,
                new AccessLogView.Series.Durations(
                    3_000_000,
                    List.of(0L, 39L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L)),
                new AccessLogView.Series.Durations(
                    80_000, List.of(0L, 38L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L)))),
        List.of(new AccessLogView.Log("edge", "ingress", 1, 40)),
        new RawView(9, 1, List.of(new RawView.Sink("files", true, 10, 11, 12))));
  }

  static Clock clock() {
    return Clock.fixed(NOW, ZoneOffset.UTC);
  }

  /** Passes everything on to whichever operations there are at that moment. */
  static Operations latest(Supplier<Operations> operations) {
    return (Operations)
        Proxy.newProxyInstance(
            Fixture.class.getClassLoader(),
            new Class<?>[] {Operations.class},
            (proxy, method, arguments) -> method.invoke(operations.get(), arguments));
  }

  /** Notes what it is asked, and answers all the same. */
  static final class Recorded implements Operations {
    final List<String> calls = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Commit> answer;

    Recorded(CompletableFuture<Commit> answer) {
      this.answer = answer;
    }

    private CompletableFuture<Commit> note(Object... words) {
      calls.add(List.of(words).toString());
      return answer;
    }

    @Override
    public CompletableFuture<Commit> pause(Optional<String> stage, Order order) {
      return note("pause", stage, order);
    }

    @Override
    public CompletableFuture<Commit> resume(Optional<String> stage, Order order) {
      return note("resume", stage, order);
    }

    @Override
    public CompletableFuture<Commit> promote(
        String stage, Optional<Revision> revision, Order order) {
      return note("promote", stage, revision, order);
    }

    @Override
    public CompletableFuture<Commit> promoteMembership(Revision revision, Order order) {
      return note("membership", revision, order);
    }

    @Override
    public CompletableFuture<Commit> release(String cluster, Order order) {
      return note("release", cluster, order);
    }

    @Override
    public CompletableFuture<Commit> rollback(String stage, Order order) {
      return note("rollback", stage, order);
    }

    @Override
    public CompletableFuture<MeshFolder> folder(Optional<Revision> revision) {
      TreeMap<String, ByteString> files = new TreeMap<>();
      files.put("mesh.yaml", ByteString.copyFromUtf8("stages: []"));
      return revision.filter(r -> r.number() > 7).isPresent()
          ? CompletableFuture.failedFuture(new NoSuchElementException("not found"))
          : CompletableFuture.completedFuture(
              new MeshFolder(revision.orElse(new Revision(7)), files));
    }

    @Override
    public SortedMap<String, List<Service>> catalogs() {
      Service payments =
          new Service(
              "payments", new TreeSet<>(Set.of("v2")), new TreeMap<>(Map.of("team", "money")));
      return new TreeMap<>(Map.of("consul", List.of(payments)));
    }

    @Override
    public CompletableFuture<Commit> drain(String target, boolean force, Order order) {
      return note("drain", target, force, order);
    }

    @Override
    public CompletableFuture<Commit> undrain(String target, Order order) {
      return note("undrain", target, order);
    }

    @Override
    public CompletableFuture<Commit> push(
        Optional<Revision> base, Map<String, ByteString> files, String message, String by) {
      Map<String, String> text = new TreeMap<>();
      files.forEach((path, content) -> text.put(path, content.toStringUtf8()));
      return note("push", base, text, message, by);
    }
  }
}
