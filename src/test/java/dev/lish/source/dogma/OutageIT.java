package dev.lish.source.dogma;

import static dev.lish.source.dogma.World.awaitCurrent;
import static dev.lish.source.dogma.World.awaitStale;
import static dev.lish.source.dogma.World.files;
import static dev.lish.source.dogma.World.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.centraldogma.common.Change;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import dev.lish.source.MeshRepository;
import dev.lish.source.SourceState;
import dev.lish.testing.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is down at start, comes, goes, and comes again with the same data. */
class OutageIT {
  private static final DogmaPlace PLACE = DogmaPlace.of("lish", "mesh");

  @Test
  void startsLateStopsAndComesBackWithItsData(@TempDir Path data) throws Exception {
    int port = Ports.free();
    try (DogmaClient client = World.client(port, PLACE)) {
      MeshRepository mesh = client.mesh();
      // Where everything is slow the first try may just have taken too long.
      SourceState<?> down = World.await(mesh, s -> s.cause().contains("refused"));
      assertThat(down).isInstanceOf(SourceState.Missing.class);
      assertThat(get(client.seeder().seed(files("a.yaml", "a: 1\n"))))
          .isInstanceOf(Seeding.Failed.class);

      try (EmbeddedDogma first = EmbeddedDogma.start(data, port)) {
        World.await(mesh, s -> s.cause().contains("no such"));
        assertThat(get(client.seeder().seed(files("a.yaml", "a: 1\n"))))
            .isEqualTo(new Seeding.Seeded(new Revision(2)));
        awaitCurrent(mesh, f -> f.revision().number() == 2);
        assertThat(editorPage(first.port())).contains("<html");
        assertThatThrownBy(() -> EmbeddedDogma.start(data, 0)).hasMessageContaining("in use");
      }

      var stale = awaitStale(mesh);
      assertThat(stale.last().orElseThrow().files()).containsKey("a.yaml");
      assertThat(get(mesh.push(new Revision(2), files("a.yaml", "a: 2\n"), "Change", "ann")))
          .isInstanceOf(Commit.Unreachable.class);

      try (EmbeddedDogma second = EmbeddedDogma.start(data, port)) {
        assertThat(awaitCurrent(mesh, f -> true).files()).isEqualTo(files("a.yaml", "a: 1\n"));
        World.commit(
            World.others(second.port()), "lish", "mesh", Change.ofTextUpsert("/a.yaml", "a: 3\n"));
        awaitCurrent(mesh, f -> f.revision().number() == 3);
      }
    }
  }

  @Test
  void restoredBackupIsTakenAfterAWhile(@TempDir Path data, @TempDir Path backup) throws Exception {
    int port = Ports.free();
    try (DogmaClient client = World.client(port, PLACE)) {
      MeshRepository mesh = client.mesh();
      try (EmbeddedDogma first = EmbeddedDogma.start(data, port)) {
        assertThat(first.port()).isEqualTo(port);
        assertThat(get(client.seeder().seed(files("a.yaml", "a: 1\n"))))
            .isInstanceOf(Seeding.Seeded.class);
      }
      copy(data, backup);
      try (EmbeddedDogma second = EmbeddedDogma.start(data, port)) {
        World.commit(
            World.others(second.port()), "lish", "mesh", Change.ofTextUpsert("/a.yaml", "a: 2\n"));
        awaitCurrent(mesh, f -> f.revision().number() == 3);
      }
      // That it is behind is told for a second, which may be over when its start returns.
      List<String> causes = new CopyOnWriteArrayList<>();
      mesh.watch(() -> causes.add(mesh.state().cause()));
      try (EmbeddedDogma restored = EmbeddedDogma.start(backup, port)) {
        assertThat(restored.port()).isEqualTo(port);
        assertThat(awaitCurrent(mesh, f -> f.revision().number() == 2).files())
            .isEqualTo(files("a.yaml", "a: 1\n"));
        assertThat(causes)
            .anyMatch(c -> c.contains("lish/mesh is at revision 2, behind 3 seen before"));
      }
    }
  }

  @Test
  void serverThatAcceptsAndNeverAnswersIsFoundOut() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        DogmaClient client = World.client(silent.getLocalPort(), PLACE)) {
      MeshRepository mesh = client.mesh();
      World.await(mesh, s -> s.cause().contains("does not answer"));
    }
  }

  @Test
  void portInUseIsTold(@TempDir Path data) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedDogma.start(data, taken.getLocalPort()))
          .hasMessage(
              "127.0.0.1:"
                  + taken.getLocalPort()
                  + ": in use by another process (expected: a free port;"
                  + " embedded_central_dogma.port in lish.yaml names another)");
    }
  }

  private static String editorPage(int port) throws Exception {
    return HttpClient.newHttpClient()
        .sendAsync(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
            HttpResponse.BodyHandlers.ofString(UTF_8))
        .get(20, TimeUnit.SECONDS)
        .body();
  }

  private static void copy(Path from, Path to) throws Exception {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
