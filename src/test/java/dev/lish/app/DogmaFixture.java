package dev.lish.app;

import com.linecorp.centraldogma.client.CentralDogma;
import com.linecorp.centraldogma.client.armeria.ArmeriaCentralDogmaBuilder;
import com.linecorp.centraldogma.common.Change;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.dogma.DogmaAddress;
import dev.lish.source.dogma.DogmaClient;
import dev.lish.source.dogma.DogmaPlace;
import dev.lish.source.dogma.EmbeddedDogma;
import dev.lish.source.files.FolderOnDisk;
import dev.lish.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real Central Dogma beside Lish, with a client that commits past every check. */
final class DogmaFixture implements AutoCloseable {
  private final Path data;
  private final int port;
  private Optional<EmbeddedDogma> server;
  private final DogmaClient client;
  private final MeshRepository mesh;

  private DogmaFixture(Path data, EmbeddedDogma server) {
    this.data = data;
    this.port = server.port();
    this.server = Optional.of(server);
    try {
      client =
          DogmaClient.of(
              DogmaAddress.loopback(port),
              new DogmaPlace("lish", "mesh", "/", "state"),
              Clock.systemUTC());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mesh = client.mesh();
  }

  static DogmaFixture start(Path data) {
    return new DogmaFixture(data, server(data, 0));
  }

  private static EmbeddedDogma server(Path data, int port) {
    try {
      return EmbeddedDogma.start(data, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code lish.yaml} says to use it. */
  String settings() {
    return "central_dogma: { hosts: [ \"127.0.0.1:"
        + port
        + "\" ], project: lish, repository: mesh, own_repository: state }";
  }

  /** Makes project and repository with this folder in it. */
  void seed(Path folder) {
    try {
      client.seeder().seed(FolderOnDisk.read(folder).folder().files()).get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Commits the folder, unchecked, as a mirror of Git would; gives the revision. */
  Revision commit(Path folder) {
    Revision head =
        Await.value("the head is known", () -> mesh.state().last().map(MeshFolder::revision));
    try {
      Commit commit =
          mesh.push(head, FolderOnDisk.read(folder).folder().files(), "From Git", "git")
              .get(30, TimeUnit.SECONDS);
      if (commit instanceof Commit.Done done) {
        Await.until(
            "the commit is seen",
            () ->
                mesh.state().last().map(MeshFolder::revision).equals(Optional.of(done.revision())));
        return done.revision();
      }
      throw new AssertionError(commit.toString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Pins a stage past every check, as an editor of the repository may. */
  void pin(String stage, int revision) {
    commitFile(
        "state",
        "/stages/" + stage + ".json",
        "{\"follow\": \"revision\", \"paused\": false, \"epoch\": 0, \"revision\": "
            + revision
            + "}");
  }

  /** The revision of Lish's own repository. */
  int sharedRevision() {
    try {
      var head = com.linecorp.centraldogma.common.Revision.HEAD;
      return api().normalizeRevision("lish", "state", head).get(30, TimeUnit.SECONDS).major();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The API of the server itself. */
  private CentralDogma api() {
    try {
      return new ArmeriaCentralDogmaBuilder().host("127.0.0.1", port).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commits one JSON file to the mesh's repository. */
  void commitFile(String path, String json) {
    commitFile("mesh", path, json);
  }

  private void commitFile(String repository, String path, String json) {
    try {
      api()
          .forRepo("lish", repository)
          .commit("By hand", Change.ofJsonUpsert(path, json))
          .push()
          .get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Deletes the mesh's repository, with all its history. */
  void deleteMesh() {
    try {
      api().removeRepository("lish", "mesh").get(30, TimeUnit.SECONDS);
      api().purgeRepository("lish", "mesh").get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Stops the server; its data stays. */
  void stop() {
    server.ifPresent(EmbeddedDogma::close);
    server = Optional.empty();
  }

  /** Starts it again, on the same port. */
  void restart() {
    server = Optional.of(server(data, port));
  }

  @Override
  public void close() {
    client.close();
    stop();
  }
}
