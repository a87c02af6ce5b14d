package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.accesslog.AccessLogs;
import dev.lish.accesslog.RawLog;
import dev.lish.admin.About;
import dev.lish.admin.Admin;
import dev.lish.admin.AdminToken;
import dev.lish.admin.Reads;
import dev.lish.admin.Texts;
import dev.lish.config.AdminConfig;
import dev.lish.config.LishConfig;
import dev.lish.config.RegistryConfig;
import dev.lish.config.XdsConfig;
import dev.lish.metrics.Meters;
import dev.lish.pipeline.Pipeline;
import dev.lish.pipeline.Registries;
import dev.lish.pipeline.RepositoryOperations;
import dev.lish.pipeline.View;
import dev.lish.pipeline.World;
import dev.lish.render.MeshReader;
import dev.lish.render.MessageTypes;
import dev.lish.render.ProtoJson;
import dev.lish.render.Renderer;
import dev.lish.serve.NodeView;
import dev.lish.serve.StreamEvent;
import dev.lish.serve.Xds;
import dev.lish.source.MeshRepository;
import dev.lish.source.Registry;
import dev.lish.source.SharedRepository;
import dev.lish.source.Source;
import dev.lish.source.consul.ConsulRegistry;
import dev.lish.source.files.FolderRegistry;
import dev.lish.source.files.PathRegistry;
import dev.lish.source.files.SecretsFolder;
import dev.lish.source.http.HttpRegistry;
import dev.lish.source.kept.Kept;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A running Lish. {@link #start} is the table of contents: each part, what it takes and gives. */
public final class Lish implements AutoCloseable {
  private final LishConfig config;
  private final Parts parts;
  private final Pipeline pipeline;
  private final Xds xds;
  private final Ports ports;
  private final String token;

  /**
   * Where a running Lish listens.
   *
   * @param xds for Envoys
   * @param admin for people and Prometheus
   * @param dogma of the embedded Central Dogma; empty when a real one is configured
   * @param accessLogs of access logs alone; empty: they come to that for xDS
   */
  public record Ports(int xds, int admin, Optional<Integer> dogma, Optional<Integer> accessLogs) {}

  private Lish(
      LishConfig config, Parts parts, Pipeline pipeline, Xds xds, Ports ports, String token) {
    this.config = config;
    this.parts = parts;
    this.pipeline = pipeline;
    this.xds = xds;
    this.ports = ports;
    this.token = token;
  }

  /** Starts everything. When a part cannot start, those before it are closed again. */
  public static Lish start(LishConfig config, Clock clock) throws StartException {
    return start(config, clock, Optional.empty());
  }

  /** The same, with an interceptor that sees every call on the port for Envoys. */
  public static Lish start(LishConfig config, Clock clock, Optional<ServerInterceptor> interceptor)
      throws StartException {
    Parts parts = new Parts();
    MirrorLog.restore();
    try {
      return start(config, clock, interceptor, parts);
    } catch (StartException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static Lish start(
      LishConfig config, Clock clock, Optional<ServerInterceptor> interceptor, Parts parts)
      throws StartException {
    // Mistakes in files are told before anything takes time.
    Certificates certificates = parts.add(Certificates.read(config.ports()));
    DataFolder data = parts.add(DataFolder.open(config.dataDir()));
    String token = token(config.ports().admin(), data);
    Kept kept = parts.add(kept(data, clock));

    // What the world says.
    DogmaParts dogma = parts.add(DogmaParts.start(config, data, clock));
    MeshRepository toldMesh = dogma.client().mesh();
    SharedRepository toldShared = dogma.client().shared();
    MeshRepository mesh = kept.keep(toldMesh);
    Registries registries = parts.add(registries(config, kept, mesh, clock));
    Source<SortedMap<String, ByteString>> secrets = parts.add(secrets(config, clock));
    ReplicaMemory memory =
        parts.add(
            new ReplicaMemory(
                data.path(),
                config.data().durable(),
                (folder, current) -> {
                  kept.keepFolder(folder);
                  kept.retain(current);
                },
                kept::trouble));

    // What Lish makes of it, and who gets it. Streams tell the pipeline, which is not there yet.
    AtomicReference<Pipeline> told = new AtomicReference<>();
    MessageTypes types = types(config);
    Meters meters = parts.add(new Meters(clock));
    certificates.tell(meters);
    Xds xds =
        new Xds(
            Settings.limits(config.ports().xds()),
            config.insecure(),
            clock,
            event -> tell(told, event),
            meters.xds());
    World world =
        new World(mesh, kept.keep(toldShared), registries, secrets, new Renderer(types), memory);
    ServedSets sets = new ServedSets(kept, xds);
    Pipeline pipeline =
        parts.add(
            new Pipeline(world, folder -> MeshReader.read(folder).mesh(), sets::publish, clock));
    told.set(pipeline);
    Supplier<View> view = shown(config, pipeline);
    RawLog raw = parts.add(AccessLogParts.raw(config.ports().accessLogs(), clock));
    AccessLogs accessLogs =
        parts.add(
            new AccessLogs(
                AccessLogs.Limits.DEFAULT.withSeries(config.ports().accessLogs().maxSeries()),
                new KnownOrigins(pipeline::view, xds::accepted),
                clock,
                raw));
    meters.watch(view, xds::nodes, xds::behind, accessLogs::view);
    awaitFirst(List.of(toldMesh, toldShared));
    pipeline.start();

    // The doors, last: who connects finds everything in place.
    Doors doors = parts.add(new Doors(certificates));
    List<ServerServiceDefinition> services = new ArrayList<>(xds.services());
    Optional<Integer> ownPort = config.ports().accessLogs().port();
    if (ownPort.isEmpty()) {
      services.add(accessLogs.service());
    }
    int xdsPort = doors.openXds(config.ports().xds(), services, interceptor);
    Optional<Integer> logPort = Optional.empty();
    if (ownPort.isPresent()) {
      XdsConfig at = config.ports().xds();
      int port = ownPort.get();
      logPort = Optional.of(doors.openAccessLogs(at, port, accessLogs.service(), interceptor));
    }
    FolderCheck check = new FolderCheck(world);
    Admin admin =
        new Admin(
            new Reads(view, xds::nodes, accessLogs::view, accessLogs::traffic, raw),
            texts(config, meters, types, new Ports(xdsPort, 0, Optional.empty(), logPort)),
            new RepositoryOperations(world, pipeline, check, clock),
            adminDoors(config.ports().admin(), token),
            new About(version(), HostName.get(), clock));
    int adminPort = doors.openAdmin(config.ports().admin(), admin::addTo);
    Ports ports = new Ports(xdsPort, adminPort, dogma.embeddedPort(), logPort);
    return new Lish(config, parts, pipeline, xds, ports, token);
  }

  private static void awaitFirst(List<Source<?>> sources) throws StartException {
    try {
      FirstAnswers.await(sources, FirstAnswers.PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while sources were asked for the first time", e);
    }
  }

  private static Supplier<View> shown(LishConfig config, Pipeline pipeline) {
    boolean secretsTravel = config.insecure() || config.ports().xds().tls().isPresent();
    return secretsTravel ? pipeline::view : () -> CleartextSecrets.marked(pipeline.view());
  }

  private static void tell(AtomicReference<Pipeline> told, StreamEvent event) {
    Pipeline pipeline = told.get();
    if (pipeline != null) {
      pipeline.accept(event);
    }
  }

  private static String token(AdminConfig admin, DataFolder data) throws StartException {
    if (admin.token().isPresent()) {
      return Settings.read("admin.token", admin.token().get());
    }
    try {
      return AdminToken.readOrCreate(data.resolve("admin.token"));
    } catch (java.io.UncheckedIOException e) {
      throw new StartException("admin token: " + e.getMessage(), e);
    }
  }

  private static Kept kept(DataFolder data, Clock clock) throws StartException {
    try {
      return new Kept(data.path(), clock);
    } catch (IOException e) {
      throw new StartException("data_dir: " + e.getMessage(), e);
    }
  }

  private static Registries registries(
      LishConfig config, Kept kept, MeshRepository mesh, Clock clock) throws StartException {
    List<Registry> fixed = new ArrayList<>();
    for (RegistryConfig registry : config.sources().registries()) {
      if (registry instanceof RegistryConfig.Consul consul) {
        List<dev.lish.source.Service> last = kept.services(consul.name());
        fixed.add(kept.keep(new ConsulRegistry(Settings.consul(consul), clock, last)));
      } else if (registry instanceof RegistryConfig.Files files) {
        fixed.add(kept.keep(new PathRegistry(files.name(), files.path(), clock)));
      } else if (registry instanceof RegistryConfig.Http http) {
        List<dev.lish.source.Service> last = kept.services(http.name());
        fixed.add(kept.keep(new HttpRegistry(Settings.http(http), clock, last)));
      }
    }
    return new Registries(fixed, (name, known) -> new FolderRegistry(name, known, mesh, clock));
  }

  private static Source<SortedMap<String, ByteString>> secrets(LishConfig config, Clock clock) {
    return config
        .sources()
        .secretsDir()
        .<Source<SortedMap<String, ByteString>>>map(folder -> new SecretsFolder(folder, clock))
        .orElseGet(() -> new Nothing<>(Collections.emptySortedMap(), clock.instant()));
  }

  private static MessageTypes types(LishConfig config) throws StartException {
    List<byte[]> sets = new ArrayList<>();
    for (Path file : config.sources().descriptors()) {
      try {
        sets.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new StartException("descriptors: " + file + " cannot be read: " + e, e);
      }
    }
    try {
      return sets.isEmpty() ? MessageTypes.builtIn() : MessageTypes.builtIn().with(sets);
    } catch (IllegalArgumentException e) {
      throw new StartException("descriptors: " + e.getMessage(), e);
    }
  }

  private static Texts texts(LishConfig config, Meters meters, MessageTypes types, Ports open) {
    ProtoJson json = ProtoJson.of(types).redacted();
    return new Texts(
        accept -> {
          Meters.Scrape scrape = meters.scrape(accept);
          return new Texts.Page(scrape.contentType(), scrape.body());
        },
        json::json,
        request -> BootstrapPage.yaml(request, config.ports().xds(), open));
  }

  private static dev.lish.admin.Doors adminDoors(AdminConfig admin, String token) {
    return new dev.lish.admin.Doors(token, !admin.tokenForReading(), java.util.Set.of());
  }

  private static String version() {
    String version = Lish.class.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }

  /** Everything that may be known of it. */
  public View view() {
    return pipeline.view();
  }

  /** The streams that are connected. */
  public List<NodeView> nodes() {
    return xds.nodes();
  }

  /** Where it listens. */
  public Ports ports() {
    return ports;
  }

  /** What changes something must be asked with. */
  public String token() {
    return token;
  }

  /** The settings that it runs with. */
  public LishConfig config() {
    return config;
  }

  /**
   * Stops within a bounded time: streams end, so that Envoys move to another replica or keep what
   * they have; then everything is closed, the last part first.
   */
  @Override
  public void close() {
    MirrorLog.silence();
    xds.drain(config.ports().xds().limits().stopTime()).join();
    parts.close();
  }
}
