package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.config.DogmaConfig;
import dev.lish.config.LishConfig;
import dev.lish.source.dogma.DogmaAddress;
import dev.lish.source.dogma.DogmaClient;
import dev.lish.source.dogma.EmbeddedDogma;
import dev.lish.source.dogma.Seeding;
import dev.lish.source.files.FolderOnDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Central Dogma, as this process sees it: a client, and the server too where it is embedded. */
final class DogmaParts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DogmaParts.class);
  private static final long SEED_SECONDS = 30;

  private final Optional<EmbeddedDogma> embedded;
  private final DogmaClient client;

  private DogmaParts(Optional<EmbeddedDogma> embedded, DogmaClient client) {
    this.embedded = embedded;
    this.client = client;
  }

  /** Connects; where the server is embedded, starts it first and seeds it. */
  static DogmaParts start(LishConfig config, DataFolder data, Clock clock) throws StartException {
    DogmaConfig dogma = config.sources().centralDogma();
    if (dogma instanceof DogmaConfig.Remote remote) {
      return new DogmaParts(Optional.empty(), client(Settings.address(remote), dogma, clock));
    }
    EmbeddedDogma server = server(((DogmaConfig.Embedded) dogma).port(), data);
    try {
      DogmaClient client = client(DogmaAddress.loopback(server.port()), dogma, clock);
      DogmaParts parts = new DogmaParts(Optional.of(server), client);
      parts.seed(config);
      return parts;
    } catch (StartException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static EmbeddedDogma server(int port, DataFolder data) throws StartException {
    try {
      return EmbeddedDogma.start(data.resolve("central-dogma"), port);
    } catch (IOException e) {
      throw new StartException("embedded Central Dogma: " + e.getMessage(), e);
    }
  }

  private static DogmaClient client(DogmaAddress address, DogmaConfig dogma, Clock clock)
      throws StartException {
    try {
      return DogmaClient.of(address, Settings.place(dogma), clock);
    } catch (IOException e) {
      throw new StartException("central_dogma: " + e.getMessage(), e);
    }
  }

  private void seed(LishConfig config) throws StartException {
    boolean there = Files.isDirectory(config.configDir());
    Map<String, ByteString> files = Map.of();
    if (there) {
      try {
        files = FolderOnDisk.read(config.configDir()).folder().files();
      } catch (IOException e) {
        throw new StartException("config_dir: " + e.getMessage(), e);
      }
    }
    Seeding seeding = await(files);
    String folder = config.configDir().toString();
    List<String> told =
        seeding.match(
            seeded -> List.of("info", "Central Dogma was seeded from " + folder),
            same ->
                there
                    ? List.of("info", folder + " is what Central Dogma has")
                    : List.of(
                        "warn",
                        "no mesh yet: neither in Central Dogma nor in "
                            + folder
                            + " (expected: `lish push DIR -m MESSAGE`)"),
            differs ->
                there
                    ? List.of(
                        "warn",
                        folder
                            + " differs from what Central Dogma has and is served: "
                            + some(differs.paths())
                            + " (expected after an edit: `lish push "
                            + folder
                            + " -m MESSAGE`)")
                    : List.of("debug", "no folder " + folder + "; Central Dogma has a mesh"),
            failed -> List.of("error", "Central Dogma cannot be seeded: " + failed.cause()));
    switch (told.get(0)) {
      case "error" -> throw new StartException(told.get(1));
      case "warn" -> log.warn("{}", told.get(1));
      case "info" -> log.info("{}", told.get(1));
      default -> log.debug("{}", told.get(1));
    }
  }

  private static String some(List<String> paths) {
    int most = 3;
    String first = String.join(", ", paths.subList(0, Math.min(most, paths.size())));
    return first + (paths.size() > most ? " and " + (paths.size() - most) + " more" : "");
  }

  private Seeding await(Map<String, ByteString> files) throws StartException {
    return seeded(() -> client.seeder().seed(files), Duration.ofSeconds(SEED_SECONDS));
  }

  /** A server that has just been started on a busy machine may need more than one try. */
  static Seeding seeded(Supplier<CompletableFuture<Seeding>> seed, Duration atMost)
      throws StartException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try {
      while (true) {
        Seeding seeding =
            seed.get().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        boolean silent =
            seeding instanceof Seeding.Failed failed && failed.cause().startsWith("no answer");
        if (!silent || System.nanoTime() > deadline) {
          return seeding;
        }
        log.info("Central Dogma is slow to start; asking it again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while Central Dogma was seeded", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new StartException("Central Dogma cannot be seeded: " + e, e);
    }
  }

  DogmaClient client() {
    return client;
  }

  Optional<Integer> embeddedPort() {
    return embedded.map(EmbeddedDogma::port);
  }

  @Override
  public void close() {
    client.close();
    embedded.ifPresent(EmbeddedDogma::close);
  }
}
