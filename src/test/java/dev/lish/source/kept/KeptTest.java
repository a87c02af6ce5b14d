package dev.lish.source.kept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.lish.model.Drain;
import dev.lish.model.Locality;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Cell;
import dev.lish.source.Commit;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.DrainChange;
import dev.lish.source.Health;
import dev.lish.source.Hold;
import dev.lish.source.Holds;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.Registry;
import dev.lish.source.Release;
import dev.lish.source.Service;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("consul:payments?tag=v2");
  private static final List<Instance> INSTANCES =
      List.of(
          new Instance(
              "a",
              "10.0.0.1",
              80,
              Health.WARNING,
              3,
              new Locality("jp", "tokyo-1", ""),
              new TreeMap<>(Map.of("ключ", "値"))));
  private static final List<Service> SERVICES =
      List.of(
          new Service(
              "payments", new TreeSet<>(Set.of("v1", "v2")), new TreeMap<>(Map.of("a", "b"))));

  private final Path data;

  KeptTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void instancesAreKnownAfterARestartUntilTheRegistryAnswers() throws IOException {
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.registry).instances(QUERY);
      before.instances(QUERY).set(INSTANCES);
    }
    World after = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      Source<List<Instance>> source = kept.keep(after.registry).instances(QUERY);
      assertThat(source.state())
          .isEqualTo(new SourceState.Stale<>(INSTANCES, NOW, "from data/: no answer yet"));
      after.instances(QUERY).fail("Consul is down");
      assertThat(source.state().cause()).isEqualTo("from data/: Consul is down");
      after.instances(QUERY).set(List.of());
      assertThat(source.state()).isEqualTo(new SourceState.Current<>(List.of(), NOW));
      assertThat(kept.keep(after.registry).instances(DiscoveryQuery.parse("consul:new")).state())
          .isEqualTo(new SourceState.Missing<>(""));
    }
  }

  @Test
  void whatIsKeptIsAsOldAsItsLastAnswerHoweverOftenLishWasStarted() throws IOException {
    World answered = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(answered.registry).instances(QUERY);
      kept.keep(answered.registry).services();
      answered.instances(QUERY).set(INSTANCES);
      answered.services.set(SERVICES);
    }
    // The next run ends without any answer, and one in which the catalog alone failed comes then.
    try (Kept kept = new Kept(data, at(60))) {
      assertThat(kept.keep(new World().registry).instances(QUERY).state())
          .isEqualTo(new SourceState.Stale<>(INSTANCES, NOW, "from data/: no answer yet"));
    }
    World failing = new World(at(120));
    try (Kept kept = new Kept(data, at(150))) {
      Registry registry = kept.keep(failing.registry);
      Source<List<Instance>> instances = registry.instances(QUERY);
      failing.instances(QUERY).set(INSTANCES);
      registry.services();
      failing.services.set(SERVICES);
      failing.services.fail("Consul is down");
      instances.close();
    }
    try (Kept kept = new Kept(data, at(180))) {
      Registry registry = kept.keep(new World().registry);
      String none = "from data/: no answer yet";
      assertThat(registry.instances(QUERY).state())
          .isEqualTo(new SourceState.Stale<>(INSTANCES, NOW.plusSeconds(120), none));
      assertThat(registry.services().state())
          .isEqualTo(new SourceState.Stale<>(SERVICES, NOW.plusSeconds(120), none));
    }
  }

  private static Clock at(int seconds) {
    return Clock.fixed(NOW.plusSeconds(seconds), ZoneOffset.UTC);
  }

  @Test
  void onlyTheNewestValueIsThereAfterMany() throws IOException {
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.registry).instances(QUERY);
      for (int i = 0; i < 1_000; i++) {
        before.instances(QUERY).set(i % 2 == 0 ? List.of() : INSTANCES);
      }
    }
    try (Kept kept = new Kept(data, CLOCK)) {
      assertThat(kept.keep(new World().registry).instances(QUERY).state().last())
          .contains(INSTANCES);
    }
  }

  @Test
  void servicesAreKnownAfterARestart() throws IOException {
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.registry).services();
      before.services.set(SERVICES);
    }
    try (Kept kept = new Kept(data, CLOCK)) {
      assertThat(kept.keep(new World().registry).services().state().last()).contains(SERVICES);
      assertThat(kept.services("consul")).isEqualTo(SERVICES);
      assertThat(kept.services("other")).isEmpty();
    }
  }

  @Test
  void headAndKeptRevisionsAreKnownAfterARestart() throws IOException {
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.mesh);
      before.head.set(mesh(7));
      before.head.set(mesh(8));
      kept.keepFolder(mesh(5));
      kept.keepFolder(mesh(6));
      kept.retain(Set.of(new Revision(5)));
      before.head.set(mesh(9));
    }
    World after = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      MeshRepository repository = kept.keep(after.mesh);
      assertThat(repository.state().last()).contains(mesh(9));
      assertThat(kept.folder(new Revision(5))).contains(mesh(5));
      assertThat(kept.folder(new Revision(6))).isEmpty();
      assertThat(kept.folder(new Revision(8))).isEmpty();
      assertThat(repository.at(new Revision(5)).join()).isEqualTo(mesh(5));
      assertThatThrownBy(() -> repository.at(new Revision(6)).join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("unreachable");
    }
  }

  private static Holds holds() {
    Instance instance =
        new Instance(
            "i", "10.0.0.1", 80, Health.WARNING, 3, new Locality("r", "z", ""), new TreeMap<>());
    Hold hold =
        new Hold(
            Hold.Kind.GONE,
            "consul:shop",
            new TreeMap<>(
                Map.of(
                    "10.0.0.1:80",
                    new Hold.Entry(Instant.EPOCH, Instant.MAX, Optional.of(instance)))));
    Release release =
        new Release("shop", new TreeSet<>(Set.of("consul:shop")), "ann", "moved", Instant.MAX);
    return new Holds(
        new TreeMap<>(Map.of(hold.name(), hold)), new TreeMap<>(Map.of("shop", release)));
  }

  @Test
  void sharedStateIsKnownAfterARestart() throws IOException {
    StageControl control =
        new StageControl(
            Optional.of(new Revision(3)), Optional.empty(), 2, "me", "because", Instant.MAX);
    SharedState state =
        new SharedState(
            new Revision(4),
            new TreeMap<>(Map.of("release", control)),
            Optional.of(new Revision(3)),
            new TreeMap<>(Map.of("10.0.0.7", new Drain("10.0.0.7", "ann", "disk", Instant.EPOCH))),
            holds());
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.shared);
      before.state.set(state);
    }
    try (Kept kept = new Kept(data, CLOCK)) {
      assertThat(kept.keep(new World().shared).state().last()).contains(state);
    }
  }

  @Test
  void brokenFilesAreIgnored() throws IOException {
    World before = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      kept.keep(before.registry).instances(QUERY);
      kept.keep(before.mesh);
      before.instances(QUERY).set(INSTANCES);
      before.head.set(mesh(1));
    }
    for (Path file : files()) {
      byte[] content = Files.readAllBytes(file);
      content[content.length - 1] ^= 1;
      Files.write(file, content);
    }
    try (Kept kept = new Kept(data, CLOCK)) {
      World after = new World();
      assertThat(kept.keep(after.registry).instances(QUERY).state().last()).isEmpty();
      assertThat(kept.keep(after.mesh).state().last()).isEmpty();
    }
    for (Path file : files()) {
      Files.write(file, new byte[3]);
    }
    try (Kept kept = new Kept(data, CLOCK)) {
      assertThat(kept.keep(new World().registry).instances(QUERY).state().last()).isEmpty();
    }
  }

  @Test
  void decodingRefusesWhatIsNoneOfTheFormat() {
    byte[] right = Format.INSTANCES.encode(INSTANCES);
    for (int length = 0; length < right.length; length++) {
      byte[] shorter = java.util.Arrays.copyOf(right, length);
      assertThatThrownBy(() -> Format.INSTANCES.decode(shorter)).isInstanceOf(IOException.class);
    }
    byte[] longer = java.util.Arrays.copyOf(right, right.length + 1);
    assertThatThrownBy(() -> Format.INSTANCES.decode(longer)).isInstanceOf(IOException.class);
  }

  @Test
  void newerFormatIsRefusedAndOlderOneIsRead() throws IOException {
    Files.writeString(data.resolve("format"), "2\n", UTF_8);
    assertThatThrownBy(() -> new Kept(data, CLOCK))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format: 2 (expected: at most 1; a newer Lish wrote");
    Files.writeString(data.resolve("format"), "0\n", UTF_8);
    new Kept(data, CLOCK).close();
    assertThat(Files.readString(data.resolve("format"), UTF_8)).isEqualTo("1\n");
  }

  @Test
  void folderThatCannotBeWrittenIsTroubleAndServingGoesOn() throws IOException {
    World world = new World();
    try (Kept kept = new Kept(data, CLOCK)) {
      // What a full disk is to us, and what works for root too: no file can be made there.
      Path registries = data.resolve("kept/registries");
      Files.delete(registries);
      Files.writeString(registries, "in the way", UTF_8);
      Source<List<Instance>> source = kept.keep(world.registry).instances(QUERY);
      world.instances(QUERY).set(INSTANCES);
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (kept.trouble().isEmpty() && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(kept.trouble().orElse("none")).contains("cannot be written");
      assertThat(source.state().last()).contains(INSTANCES);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(data.resolve("kept"))) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).isNotEmpty();
      return files;
    }
  }

  private static MeshFolder mesh(int revision) {
    return new MeshFolder(
        new Revision(revision),
        new TreeMap<>(Map.of("mesh.yaml", ByteString.copyFromUtf8("revision " + revision))));
  }

  /** A world that says what the test sets, and else nothing. */
  private static final class World {
    final Map<DiscoveryQuery, Cell<List<Instance>>> instances = new HashMap<>();
    final Clock clock;
    final Cell<List<Service>> services;
    final Cell<MeshFolder> head;
    final Cell<SharedState> state;

    World() {
      this(CLOCK);
    }

    World(Clock clock) {
      this.clock = clock;
      services = new Cell<>(clock);
      head = new Cell<>(clock);
      state = new Cell<>(clock);
    }

    Cell<List<Instance>> instances(DiscoveryQuery query) {
      return instances.computeIfAbsent(query, q -> new Cell<>(clock));
    }

    final Registry registry =
        new Registry() {
          @Override
          public String name() {
            return "consul";
          }

          @Override
          public Set<String> parameters() {
            return Set.of("tag");
          }

          @Override
          public Source<List<Instance>> instances(DiscoveryQuery query) {
            return source(World.this.instances(query));
          }

          @Override
          public Source<List<Service>> services() {
            return source(services);
          }

          @Override
          public void close() {}
        };

    final MeshRepository mesh =
        new MeshRepository() {
          @Override
          public CompletableFuture<MeshFolder> at(Revision revision) {
            return CompletableFuture.failedFuture(new IOException("unreachable"));
          }

          @Override
          public CompletableFuture<Commit> push(
              Revision base, Map<String, ByteString> files, String message, String author) {
            return CompletableFuture.completedFuture(new Commit.Unreachable("down"));
          }

          @Override
          public SourceState<MeshFolder> state() {
            return head.state();
          }

          @Override
          public void watch(Runnable listener) {
            head.watch(listener);
          }

          @Override
          public void close() {}
        };

    final SharedRepository shared =
        new SharedRepository() {
          @Override
          public CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary) {
            throw new UnsupportedOperationException();
          }

          @Override
          public CompletableFuture<Commit> putRelease(Revision base, Release release) {
            throw new UnsupportedOperationException();
          }

          @Override
          public CompletableFuture<Commit> putStage(
              Revision base, String stage, StageControl control, String summary) {
            return CompletableFuture.completedFuture(new Commit.Unreachable("down"));
          }

          @Override
          public CompletableFuture<Commit> putMembership(
              Revision base, Revision membership, String by, String summary) {
            return CompletableFuture.completedFuture(new Commit.Unreachable("down"));
          }

          @Override
          public CompletableFuture<Commit> putDrain(DrainChange change) {
            return CompletableFuture.completedFuture(new Commit.Unreachable("down"));
          }

          @Override
          public SourceState<SharedState> state() {
            return state.state();
          }

          @Override
          public void watch(Runnable listener) {
            state.watch(listener);
          }

          @Override
          public void close() {}
        };

    private static <T> Source<T> source(Cell<T> cell) {
      return new Source<>() {
        @Override
        public SourceState<T> state() {
          return cell.state();
        }

        @Override
        public void watch(Runnable listener) {
          cell.watch(listener);
        }

        @Override
        public void close() {}
      };
    }
  }
}
