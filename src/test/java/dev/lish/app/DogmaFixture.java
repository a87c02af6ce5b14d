package dev.lish.app;

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
