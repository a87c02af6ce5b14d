package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.accesslog.AccessLogs;
import dev.lish.accesslog.Origins;
import dev.lish.accesslog.RawLog;
import dev.lish.config.LishConfig;
import dev.lish.model.Revision;
import dev.lish.model.StageRule;
import dev.lish.pipeline.Pipeline;
import dev.lish.pipeline.Registries;
import dev.lish.pipeline.View;
import dev.lish.pipeline.World;
import dev.lish.render.Mesh;
import dev.lish.render.MeshReader;
import dev.lish.render.MessageTypes;
import dev.lish.render.Renderer;
import dev.lish.serve.NodeView;
import dev.lish.serve.StreamEvent;
import dev.lish.serve.Xds;
import dev.lish.serve.XdsLimits;
import dev.lish.serve.XdsMeter;
import dev.lish.snapshot.Assignment;
import dev.lish.source.MeshFolder;
import dev.lish.source.Registry;
import dev.lish.source.files.FolderRegistry;
import dev.lish.trial.MeshServer;
import dev.lish.trial.TrialException;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A Lish for tests: the pipeline and the xDS server of the real one, with a folder in place of
 * Central Dogma, given registries, and nothing that is kept.
 */
public final class Rehearsal implements MeshServer {
  // Removals follow at once: no Envoy here has connections worth a drain.
  private static final XdsLimits LIMITS =
      XdsLimits.DEFAULT.withWaits(Duration.ofSeconds(30), Duration.ZERO, Duration.ofMillis(200));

  private final Parts parts = new Parts();
  private final FolderAlone folder;
  private final Function<Assignment, Assignment> wiring;
  private final Pipeline pipeline;
  private final Xds xds;
  private final int port;
  private volatile Assignment last = Assignment.NONE;

  /**
   * Starts rehearsals, in real time.
   *
   * @param registries opens those that the folder has no file for; called for each rehearsal
   */
  public static MeshServer.Factory factory(
      MessageTypes types, Function<Clock, List<Registry>> registries) {
    Clock clock = Clock.systemUTC();
    return start -> {
      try {
        return new Rehearsal(start, types, registries.apply(clock), clock);
      } catch (StartException e) {
        throw new TrialException(e.sentence(), e);
      }
    };
  }

  private Rehearsal(Start start, MessageTypes types, List<Registry> given, Clock clock)
      throws StartException {
    folder = new FolderAlone(start.folder(), start.stage(), clock);
    wiring = start.wiring();
    LishConfig.Ports ports = ports(start.tls());
    Certificates certificates = parts.add(Certificates.read(ports));
    Registries registries =
        parts.add(
            new Registries(
                given, (name, known) -> new FolderRegistry(name, known, folder.mesh(), clock)));
    AtomicReference<Pipeline> told = new AtomicReference<>();
    xds = new Xds(LIMITS, true, clock, event -> tell(told, event), XdsMeter.NONE);
    SortedMap<String, ByteString> noSecrets = Collections.emptySortedMap();
    World world =
        new World(
            folder.mesh(),
            folder.shared(),
            registries,
            new Nothing<>(noSecrets, clock.instant()),
            Renderer.withPlaceholders(types),
            new NoMemory());
    pipeline =
        parts.add(
            new Pipeline(
                world,
                read -> MeshReader.read(read).mesh().map(mesh -> only(mesh, start.stage())),
                (assignment, since) -> publish(assignment),
                clock));
    told.set(pipeline);
    Doors doors = parts.add(new Doors(certificates));
    List<ServerServiceDefinition> services = new ArrayList<>(xds.services());
    services.add(
        parts
            .add(
                new AccessLogs(
                    AccessLogs.Limits.DEFAULT, Origins.NONE, clock, parts.add(RawLog.none())))
            .service());
    try {
      port = doors.openXds(ports.xds(), services, Optional.of(start.recorder()));
    } catch (StartException e) {
      parts.close();
      throw e;
    }
    pipeline.start();
  }

  private static LishConfig.Ports ports(Optional<Files> tls) {
    String secured =
        tls.map(
                files ->
                    ", tls: { certificate: \"%s\", private_key: \"%s\", client_ca: \"%s\" }"
                        .formatted(files.certificate(), files.key(), files.ca()))
            .orElse("");
    return LishConfig.parse("rehearsal", "xds: { port: 0" + secured + " }")
        .match(
            settings -> settings.config().ports(),
            wrong -> {
              throw new IllegalStateException(wrong.problems().toString());
            });
  }

  /** The stage alone, and all of its Envoys: other stages have rehearsals of their own. */
  private static Mesh only(Mesh mesh, String stage) {
    List<StageRule> rules =
        mesh.stages().stream()
            .filter(rule -> rule.name().equals(stage))
            .map(rule -> new StageRule(rule.name(), rule.match(), 100))
            .toList();
    return new Mesh(rules, mesh.renders(), mesh.groups());
  }

  private static void tell(AtomicReference<Pipeline> told, StreamEvent event) {
    Pipeline pipeline = told.get();
    if (pipeline != null) {
      pipeline.accept(event);
    }
  }

  private void publish(Assignment assignment) {
    xds.publish(wiring.apply(assignment));
    // Not before: who reads it may start Envoys, which would be told that there is nothing.
    last = assignment;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void serve(MeshFolder next) {
    folder.set(next);
  }

  @Override
  public State state() {
    View view = pipeline.view();
    Assignment published = last;
    Optional<View.Stage> stage = view.stages().stream().findFirst();
    // The view is there a moment before what it tells of is served.
    Optional<Revision> serving =
        stage
            .flatMap(View.Stage::serving)
            .filter(
                revision ->
                    published.snapshots().values().stream()
                        .allMatch(snapshot -> snapshot.revision().equals(revision)))
            .filter(revision -> !published.snapshots().isEmpty());
    return new State(
        serving,
        stage.flatMap(View.Stage::judged),
        stage.map(View.Stage::problems).orElse(List.of()),
        published);
  }

  @Override
  public List<NodeView> nodes() {
    return xds.nodes();
  }

  @Override
  public void close() {
    parts.close();
  }
}
