package dev.lish.source.dogma;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.centraldogma.client.CentralDogma;
import com.linecorp.centraldogma.client.armeria.ArmeriaCentralDogmaBuilder;
import dev.lish.source.MeshRepository;
import dev.lish.source.SharedRepository;
import dev.lish.source.Source;
import java.io.File;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The connection to Central Dogma. It connects when it must and for ever: a server that is down is
 * a state of what the factories give, not an error of theirs.
 */
public final class DogmaClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration HEALTH = Duration.ofSeconds(3);
  private static final long LARGEST_ANSWER = 512L << 20;

  private final ClientFactory factory;
  private final CentralDogma dogma;
  private final DogmaPlace place;
  private final Pace pace;
  private final Clock clock;
  private final Workers workers = new Workers();
  private final List<Source<?>> opened = new ArrayList<>();

  private DogmaClient(
      ClientFactory factory, CentralDogma dogma, DogmaPlace place, Pace pace, Clock clock) {
    this.factory = factory;
    this.dogma = dogma;
    this.place = place;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * Makes a client; nothing is asked yet.
   *
   * @throws IOException when a host's name or the file of trusted authorities cannot be read
   */
  public static DogmaClient of(DogmaAddress address, DogmaPlace place, Clock clock)
      throws IOException {
    return of(address, place, Pace.DEFAULT, clock);
  }

  static DogmaClient of(DogmaAddress address, DogmaPlace place, Pace pace, Clock clock)
      throws IOException {
    ClientFactory factory = factory(address);
    ArmeriaCentralDogmaBuilder builder =
        new ArmeriaCentralDogmaBuilder()
            .clientFactory(factory)
            .useTls(address.tls())
            // A lagging replica is dealt with by the follower, which knows what it has seen.
            .maxNumRetriesOnReplicationLag(0)
            .clientConfigurator(
                client -> client.responseTimeout(pace.read()).maxResponseLength(LARGEST_ANSWER));
    if (!address.token().isAnonymous()) {
      builder.accessToken(address.token().secret());
    }
    for (String host : address.hosts()) {
      HostAndPort parsed = DogmaAddress.parse(host);
      builder.host(parsed.getHost(), parsed.getPort());
    }
    // One host: without health checks a failure tells its own cause, and the next try is at once.
    builder.healthCheckInterval(isOneHost(address) ? Duration.ZERO : HEALTH);
    try {
      return new DogmaClient(factory, builder.build(), place, pace, clock);
    } catch (IOException | RuntimeException e) {
      closeLater(factory);
      throw e;
    }
  }

  /** The mesh folder; starts to watch it. Close it, or this client. */
  public synchronized MeshRepository mesh() {
    DogmaMesh mesh = new DogmaMesh(store(place.repository()), place, workers, clock);
    opened.add(mesh);
    mesh.start();
    return mesh;
  }

  /**
   * Lish's own repository, made when it is missing; starts to watch it. Close it, or this client.
   */
  public synchronized SharedRepository shared() {
    DogmaShared shared = new DogmaShared(store(place.ownRepository()), workers, clock);
    opened.add(shared);
    shared.start();
    return shared;
  }

  /** Puts files into a repository that is still empty. */
  public Seeder seeder() {
    return new Seeder(store(place.repository()), place, workers);
  }

  @Override
  public synchronized void close() {
    opened.forEach(Source::close);
    opened.clear();
    workers.close();
    closeLater(factory);
  }

  /** Netty takes two seconds to be sure that nothing comes any more; nobody needs to wait. */
  private static void closeLater(ClientFactory factory) {
    CompletableFuture<?> unused = factory.closeAsync();
  }

  private Store store(String repository) {
    return new Store(dogma, place.project(), repository, pace);
  }

  private static boolean isOneHost(DogmaAddress address) {
    return address.hosts().size() == 1
        && InetAddresses.isInetAddress(DogmaAddress.parse(address.hosts().get(0)).getHost());
  }

  private static ClientFactory factory(DogmaAddress address) throws IOException {
    ClientFactoryBuilder builder = ClientFactory.builder().connectTimeout(CONNECT);
    if (address.trustedCa().isPresent()) {
      File ca = address.trustedCa().get().toFile();
      if (!ca.canRead()) {
        throw new IOException(ca + ": cannot be read (expected: PEM file of trusted authorities)");
      }
      builder.tlsCustomizer(tls -> tls.trustManager(ca));
    }
    return builder.build();
  }
}
