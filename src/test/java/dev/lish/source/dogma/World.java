package dev.lish.source.dogma;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.client.CentralDogma;
import com.linecorp.centraldogma.client.armeria.ArmeriaCentralDogmaBuilder;
import com.linecorp.centraldogma.common.Change;
import com.linecorp.centraldogma.common.Revision;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One server for all test classes, a project for each test, and others who commit to it. */
final class World implements AutoCloseable {
  static final Pace QUICK =
      new Pace(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofMillis(400),
          Duration.ofSeconds(1));
  private static final AtomicInteger PROJECTS = new AtomicInteger();

  private final EmbeddedDogma server;
  private final CentralDogma others;

  private World() throws Exception {
    server = EmbeddedDogma.start(Files.createTempDirectory(Path.of("target"), "dogma"), 0);
    others = others(server.port());
  }

  int port() {
    return server.port();
  }

  CentralDogma others() {
    return others;
  }

  static CentralDogma others(int port) throws Exception {
    return new ArmeriaCentralDogmaBuilder()
        .host("127.0.0.1", port)
        .healthCheckInterval(Duration.ZERO)
        .maxNumRetriesOnReplicationLag(0)
        .build();
  }

  /** A new project with an empty repository {@code mesh}. */
  DogmaPlace place() throws Exception {
    return place("/");
  }

  DogmaPlace place(String path) throws Exception {
    String project = "p" + PROJECTS.incrementAndGet();
    get(others.createProject(project));
    get(others.createRepository(project, "mesh"));
    return new DogmaPlace(project, "mesh", path, "lish");
  }

  DogmaClient client(DogmaPlace place) throws Exception {
    return client(server.port(), place);
  }

  static DogmaClient client(int port, DogmaPlace place) throws Exception {
    return DogmaClient.of(DogmaAddress.loopback(port), place, QUICK, Clock.systemUTC());
  }

  /** Others commit to the mesh's repository. */
  int commit(DogmaPlace place, Change<?>... changes) throws Exception {
    return commit(others, place.project(), place.repository(), changes);
  }

  static int commit(CentralDogma dogma, String project, String repository, Change<?>... changes)
      throws Exception {
    return get(dogma
            .forRepo(project, repository)
            .commit("Change " + changes[0].path(), changes)
            .push(Revision.HEAD))
        .revision()
        .major();
  }

  static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(30, SECONDS);
  }

  static Map<String, ByteString> files(String... pathsAndTexts) {
    Map<String, ByteString> files = new TreeMap<>();
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      files.put(pathsAndTexts[i], ByteString.copyFromUtf8(pathsAndTexts[i + 1]));
    }
    return files;
  }

  /** Waits until the source's state is as wanted. */
  static <T> SourceState<T> await(Source<T> source, Predicate<SourceState<T>> wanted)
      throws InterruptedException {
    Semaphore changes = new Semaphore(0);
    source.watch(changes::release);
    long deadline = System.nanoTime() + SECONDS.toNanos(30);
    while (System.nanoTime() < deadline) {
      SourceState<T> state = source.state();
      if (wanted.test(state)) {
        return state;
      }
      changes.tryAcquire(deadline - System.nanoTime(), NANOSECONDS);
    }
    throw new AssertionError("still " + source.state());
  }

  static <T> T awaitCurrent(Source<T> source, Predicate<T> wanted) throws InterruptedException {
    return await(source, s -> s instanceof SourceState.Current<T> c && wanted.test(c.value()))
        .last()
        .orElseThrow();
  }

  static <T> SourceState<T> awaitStale(Source<T> source) throws InterruptedException {
    return await(source, s -> s instanceof SourceState.Stale<T>);
  }

  @Override
  public void close() {
    server.close();
  }

  /** Gives tests the world, and ends it after the last of them. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.GLOBAL)
          .getOrComputeIfAbsent(World.class, type -> start(), World.class);
    }

    private static World start() {
      try {
        return new World();
      } catch (Exception e) {
        throw new IllegalStateException("No Central Dogma", e);
      }
    }
  }
}
