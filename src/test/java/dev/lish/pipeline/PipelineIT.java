package dev.lish.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lish.model.Locality;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.MeshReader;
import dev.lish.render.MessageTypes;
import dev.lish.render.Renderer;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import dev.lish.source.Cell;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.Service;
import dev.lish.source.Source;
import dev.lish.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop, with a renderer and registries that answer when a test says so. */
class PipelineIT {
  private static final String MESH =
      """
      stages: [ { name: release } ]
      groups:
        - { name: all, nodes: { cluster: "*" }, resources: [ "**" ] }
      """;
  private static final SnapshotKey KEY = new SnapshotKey("release", "all", new TreeMap<>());

  private final TestClock clock = new TestClock();
  private final FakeMesh mesh = new FakeMesh(clock);
  private final FakeShared shared = new FakeShared(clock);
  private final FakeMemory memory = new FakeMemory();
  private final FakeRegistry registry = new FakeRegistry();
  private final Pipeline pipeline =
      new Pipeline(
          new World(
              mesh,
              shared,
              new Registries(List.of(registry), (name, folder) -> registry),
              secrets(),
              new Renderer(MessageTypes.builtIn()),
              memory),
          folder -> MeshReader.read(folder).mesh(),
          (assignment, since) -> {},
          clock);

  private final class FakeRegistry implements Registry {
    final Map<String, Cell<List<Instance>>> services = new ConcurrentHashMap<>();
    final Cell<List<Service>> catalog = new Cell<>(clock);

    Cell<List<Instance>> service(String name) {
      return services.computeIfAbsent(name, n -> new Cell<>(clock));
    }

    @Override
    public String name() {
      return "reg";
    }

    @Override
    public Set<String> parameters() {
      return Set.of();
    }

    @Override
    public Source<List<Instance>> instances(DiscoveryQuery query) {
      return service(query.service()).source(() -> {});
    }

    @Override
    public Source<List<Service>> services() {
      return catalog.source(() -> {});
    }

    @Override
    public void close() {}
  }

  private Source<SortedMap<String, ByteString>> secrets() {
    Cell<SortedMap<String, ByteString>> none = new Cell<>(clock);
    none.set(new TreeMap<>());
    return none.source(() -> {});
  }

  private static String cluster(String name) {
    return """
    name: %s
    type: EDS
    eds_cluster_config: { service_name: "reg:%s", eds_config: { ads: {}, resource_api_version: V3 } }
    """
        .formatted(name, name);
  }

  private static Instance instance(int port) {
    return new Instance(
        "i", "127.0.0.1", port, Health.PASSING, 1, new Locality("", "", ""), new TreeMap<>());
  }

  private static Service service(String name) {
    return new Service(name, new TreeSet<>(), new TreeMap<>());
  }

  private void start(Map<String, String> files) {
    TreeMap<String, String> all = new TreeMap<>(files);
    all.putIfAbsent("mesh.yaml", MESH);
    mesh.commit(FakeMesh.folder(1, all));
    shared.is(1);
    pipeline.start();
  }

  private Snapshot snapshot() {
    return Await.value("there is a snapshot", () -> pipeline.view().assignment().snapshot(KEY));
  }

  private ResourceSet set(ResourceType type) {
    return snapshot().set(type);
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void aQueryThatNeverAnswersIsSilentShowsAndHoldsReadinessBackForHalfAMinute() {
    start(Map.of("clusters/a.yaml", cluster("a"), "clusters/b.yaml", cluster("b")));
    registry.service("a").set(List.of(instance(80)));
    registry.service("b").fail("no permission");
    Await.until("a is there", () -> set(ResourceType.ENDPOINT).byName().containsKey("reg:a"));
    assertThat(snapshot().unanswered()).containsExactly("reg:b");
    Await.until(
        "it says so",
        () ->
            pipeline
                .view()
                .notReady()
                .equals(List.of("reg:b has not answered yet: no permission")));
    Await.until(
        "it is a Problem",
        () ->
            pipeline.view().stages().get(0).problems().toString().contains("clusters/b.yaml")
                && !pipeline.view().stages().get(0).problems().get(0).isError());
    clock.advance(Duration.ofSeconds(29));
    Await.until("it is looked at again", () -> pipeline.view().at().equals(clock.instant()));
    assertThat(pipeline.view().notReady()).hasSize(1);
    clock.advance(Duration.ofSeconds(2));
    Await.until("readiness is released", () -> pipeline.view().notReady().isEmpty());
    assertThat(snapshot().unanswered()).containsExactly("reg:b");
  }

  @Test
  void templatesThatReadACatalogWaitUntilItAnswers() {
    start(
        Map.of(
            "clusters/all.yaml.peb",
            """
            {% for s in registry.reg.services %}
            ---
            name: {{ s.name }}
            type: STATIC
            {% endfor %}
            """));
    Await.until(
        "it says what it waits for",
        () -> pipeline.view().notReady().toString().contains("it waits for registry reg"));
    assertThat(pipeline.view().assignment().snapshots()).isEmpty();
    registry.catalog.set(List.of(service("one")));
    assertThat(set(ResourceType.CLUSTER).byName()).containsOnlyKeys("one");
    Await.until("it is ready", () -> pipeline.view().notReady().isEmpty());
    registry.catalog.set(List.of(service("one"), service("two")));
    Await.until("a new service", () -> set(ResourceType.CLUSTER).byName().size() == 2);
  }

  @Test
  void aChangeOfEndpointsRendersNothing() {
    start(Map.of("clusters/a.yaml", cluster("a")));
    registry.service("a").set(List.of(instance(80)));
    Await.until("a is there", () -> set(ResourceType.ENDPOINT).byName().containsKey("reg:a"));
    ResourceSet clusters = set(ResourceType.CLUSTER);
    ResourceSet endpoints = set(ResourceType.ENDPOINT);
    registry.service("a").set(List.of(instance(81)));
    Await.until("it changed", () -> !set(ResourceType.ENDPOINT).equals(endpoints));
    assertThat(set(ResourceType.CLUSTER)).as("a render makes new sets").isSameAs(clusters);
  }

  private static Optional<Resource> assignment(ResourceSet set) {
    return Optional.ofNullable(set.byName().get("both"));
  }

  @Test
  void aSpareThatFailsFromTheStartIsNotWaitedForWhenItIsOptional() {
    String cluster = cluster("both").replace("reg:both", "both");
    String both =
        """
        cluster_name: both
        endpoints:
          - discover: { registry: reg, service: near }
          - discover: { registry: reg, service: far, priority: 1, optional: %s }
        """;
    String strict = both.formatted(false).replace("both", "strict");
    start(
        Map.of(
            // Where a lone host carries the load, the guard would let the spare wait.
            "mesh.yaml",
            MESH + "guard: { enabled: false }\n",
            "clusters/both.yaml",
            cluster,
            "clusters/strict.yaml",
            cluster.replace("both", "strict"),
            "endpoints/both.yaml",
            both.formatted(true),
            "endpoints/strict.yaml",
            strict));
    registry.service("far").fail("no path to datacenter");
    Await.until("nothing has answered", () -> snapshot().unanswered().size() == 2);
    registry.service("near").set(List.of(instance(80)));
    Await.until("it is there", () -> set(ResourceType.ENDPOINT).byName().containsKey("both"));
    assertThat(snapshot().unanswered()).containsExactly("strict");
    ResourceSet without = set(ResourceType.ENDPOINT);
    registry.service("far").set(List.of(instance(81)));
    Await.until("the other too", () -> snapshot().unanswered().isEmpty());
    Await.until(
        "it has the spare",
        () -> !assignment(set(ResourceType.ENDPOINT)).equals(assignment(without)));
  }

  private String problems() {
    return pipeline.view().stages().get(0).problems().toString();
  }

  /** Two clusters of one file ask for the same name: each is told of where it is. */
  @Test
  void aClusterThatSharesItsAssignmentIsTheOneThatIsBlamed() {
    String one = cluster("a");
    String two = cluster("a").replace("name: a", "name: z");
    start(Map.of("clusters/both.yaml", one + "---\n" + two));
    registry.service("a").set(List.of(instance(80)));
    Await.until("a is there", () -> set(ResourceType.ENDPOINT).byName().containsKey("reg:a"));
    String renamed = (one + "---\n" + two).replace("reg:a", "reg:b");
    mesh.commit(FakeMesh.folder(2, Map.of("mesh.yaml", MESH, "clusters/both.yaml", renamed)));
    Await.until("it is asked for", () -> pipeline.view().sources().toString().contains("reg:b"));
    clock.advance(Duration.ofSeconds(4));
    int line = one.split("\n", -1).length + 1;
    Await.until(
        "the second is told of in its own lines",
        () -> problems().contains("both.yaml:" + line + ": revision 2 is held: cluster z: "));
  }

  @Test
  void aRevisionWaitsUntilItIsKnownWhichHostsItBrings() {
    start(Map.of("clusters/a.yaml", cluster("a")));
    registry.service("a").set(List.of(instance(80)));
    Await.until("a is there", () -> set(ResourceType.ENDPOINT).byName().containsKey("reg:a"));
    String renamed = cluster("a").replace("reg:a", "reg:b");
    mesh.commit(FakeMesh.folder(2, Map.of("mesh.yaml", MESH, "clusters/a.yaml", renamed)));
    Await.until("it is asked for", () -> pipeline.view().sources().toString().contains("reg:b"));
    assertThat(problems()).as("most answer in a moment").isEqualTo("[]");
    clock.advance(Duration.ofSeconds(4));
    Await.until(
        "it waits",
        () ->
            problems()
                .contains(
                    "clusters/a.yaml:3: revision 2 is held: cluster a: nobody knows which hosts it"
                        + " would have: reg:b has not answered yet ("));
    assertThat(pipeline.view().notReady()).as("what is served does not need it").isEmpty();
    assertThat(set(ResourceType.ENDPOINT).byName()).containsOnlyKeys("reg:a");
    registry.service("b").fail("no permission");
    Await.until("it says why", () -> problems().contains("has not answered yet: no permission"));
    registry.service("b").set(List.of(instance(80), instance(81)));
    Await.until("it goes", () -> set(ResourceType.ENDPOINT).byName().containsKey("reg:b"));
    Await.until("nothing is wrong", () -> pipeline.view().stages().get(0).problems().isEmpty());
  }

  @Test
  void aDataFolderThatCannotBeWrittenShows() {
    memory.trouble("no space left");
    start(Map.of("clusters/a.yaml", cluster("a")));
    Await.until(
        "it shows",
        () ->
            pipeline.view().sources().stream()
                .anyMatch(
                    s ->
                        s.name().equals("data")
                            && s.freshness() == View.Freshness.STALE
                            && s.detail().contains("no space left")));
  }

  @Test
  void aStopLetsTheStepThatIsMadeEndAndMakesNoOther() throws Exception {
    CountDownLatch inCommit = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    AtomicInteger commits = new AtomicInteger();
    memory.disk =
        () -> {
          commits.incrementAndGet();
          inCommit.countDown();
          try {
            written.await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
        };
    start(Map.of("clusters/a.yaml", cluster("a")));
    inCommit.await();
    Thread closing = new Thread(pipeline::close, "closing");
    closing.start();
    Await.until("it waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
    written.countDown();
    closing.join();
    assertThat(interrupted).as("the disk is left alone").isFalse();
    assertThat(commits).as("steps").hasValue(1);
  }
}
