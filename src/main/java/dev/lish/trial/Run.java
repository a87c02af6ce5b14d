package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.model.Nearest;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.recorder.RecordedStream;
import dev.lish.recorder.Recorder;
import dev.lish.render.Bootstrap;
import dev.lish.snapshot.Assignment;
import dev.lish.source.MeshFolder;
import dev.lish.trial.wire.Stubs;
import dev.lish.trial.wire.Tls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The Lish, the Envoys and the upstreams of one run. Confined to one thread. */
final class Run implements AutoCloseable {
  private final RunSpec spec;
  private final MeshFolder original;
  private final Leftovers leftovers;
  private final Tls tls = new Tls();
  private final Stubs stubs = new Stubs(tls);
  private final Client client = new Client(tls);
  private final Wiring wiring = new Wiring(stubs, tls.authority());
  private final Recorder recorder = new Recorder();
  private final Optional<Peers> peers;
  private final MeshServer server;
  private final Waiting waiting;
  private final Map<SnapshotKey, RunningEnvoy> envoys = new LinkedHashMap<>();
  private MeshFolder served;
  private int started;

  Run(
      RunSpec spec,
      MeshFolder folder,
      Duration patience,
      MeshServer.Factory factory,
      Leftovers leftovers)
      throws TrialException {
    this.spec = spec;
    this.original = new MeshFolder(new Revision(1), folder.files());
    this.served = original;
    this.leftovers = leftovers;
    this.peers = Peers.of(folder, tls.authority());
    Optional<MeshServer.Files> files = Optional.empty();
    if (peers.isPresent()) {
      files = Optional.of(peers.get().server(leftovers.folder(name() + "-lish")));
    }
    this.server =
        factory.start(new MeshServer.Start(original, spec.stage(), wiring, recorder, files));
    this.waiting = new Waiting(server, patience);
  }

  /**
   * Starts the Envoys that the stage and its tests need, and waits until all have everything.
   *
   * @param targets that tests ask for
   */
  void start(List<TestCase.Target> targets) throws Unmet, TrialException {
    waiting.untilServing(served);
    Assignment assignment = server.state().assignment();
    Set<SnapshotKey> asked = new LinkedHashSet<>();
    for (TestCase.Target target : targets) {
      Kinds.key(target, spec.stage(), assignment.groups().getOrDefault(spec.stage(), List.of()))
          .ifPresent(asked::add);
    }
    for (SnapshotKey key : Kinds.needed(assignment, spec.stage(), asked)) {
      envoys.put(key, start(key));
    }
    waiting.untilSynced(envoys.values(), served);
  }

  /** For files. */
  private String name() {
    return "%s-%s-%s"
        .formatted(
            spec.stage().replaceAll("[^A-Za-z0-9_.-]", "_"),
            spec.envoy().version(),
            spec.protocol());
  }

  private RunningEnvoy start(SnapshotKey key) throws TrialException {
    started++;
    Kinds.Introduction introduction =
        Kinds.introduction(server.state().assignment(), key, "test-" + started);
    Path folder = leftovers.folder(name() + "-" + started);
    Optional<Bootstrap.Tls> certificate = Optional.empty();
    if (peers.isPresent()) {
      certificate = Optional.of(peers.get().envoy(folder, introduction.names()));
    }
    Bootstrap bootstrap =
        new Bootstrap(
            introduction.says(),
            List.of(new Bootstrap.Server("127.0.0.1", server.port())),
            certificate,
            spec.sotw(),
            0,
            Optional.empty());
    return RunningEnvoy.start(spec.envoy(), key, folder, bootstrap.yaml(), leftovers);
  }

  /** The Envoy that a test asks. */
  RunningEnvoy envoy(TestCase.Target target) throws Unmet {
    var groups = server.state().assignment().groups().getOrDefault(spec.stage(), List.of());
    Optional<SnapshotKey> key = Kinds.key(target, spec.stage(), groups);
    RunningEnvoy envoy = key.map(envoys::get).orElse(null);
    if (envoy == null) {
      throw new Unmet(
          "envoy: %s (expected: a group of %s, and values that its `by` lists)"
              .formatted(
                  target.group().orElse("no group") + target.by(),
                  groups.stream().map(rule -> rule.name()).toList()));
    }
    return envoy;
  }

  Stubs stubs() {
    return stubs;
  }

  Client client() {
    return client;
  }

  /** The clusters that the mesh gives an Envoy now. */
  Set<String> clusters(RunningEnvoy envoy) {
    return server
        .state()
        .assignment()
        .snapshot(envoy.key())
        .map(snapshot -> Set.copyOf(snapshot.set(ResourceType.CLUSTER).byName().keySet()))
        .orElse(Set.of());
  }

  int envoyCount() {
    return started;
  }

  /** Has upstreams behave so. */
  void behave(Step.Behave step) throws Unmet {
    try {
      for (Stubs.Key key : keys(step.endpoint())) {
        stubs.behave(key, step.behaviour());
      }
    } catch (IOException e) {
      throw new Unmet(e.toString());
    }
  }

  private List<Stubs.Key> keys(Step.Endpoint endpoint) throws Unmet {
    List<Stubs.Key> keys = stubs.of(endpoint.cluster());
    int number = endpoint.number().orElse(0);
    if (keys.isEmpty() || number > keys.size()) {
      throw new Unmet(
          keys.isEmpty()
              ? "cluster %s (expected: one with endpoints: %s%s)"
                  .formatted(
                      endpoint.cluster(),
                      String.join(", ", stubs.clusters()),
                      Nearest.question(endpoint.cluster(), stubs.clusters()))
              : "endpoint %d of %s (expected: 1..%d)"
                  .formatted(number, endpoint.cluster(), keys.size()));
    }
    return number == 0 ? keys : List.of(keys.get(number - 1));
  }

  void setRuntime(SortedMap<String, String> values) throws Unmet {
    for (RunningEnvoy envoy : envoys.values()) {
      try {
        envoy.setRuntime(values);
      } catch (IOException e) {
        throw new Unmet("runtime: " + e.getMessage());
      }
    }
  }

  /** Serves the original with these files in place of its own. */
  void overlay(SortedMap<String, Optional<ByteString>> files) throws Unmet {
    TreeMap<String, ByteString> next = new TreeMap<>(original.files());
    files.forEach(
        (path, content) -> {
          if (content.isPresent()) {
            next.put(path, content.get());
          } else {
            next.remove(path);
          }
        });
    serve(next);
  }

  /**
   * As a new revision, so that each Envoy tells when it has taken it, also where nothing differs.
   */
  private void serve(SortedMap<String, ByteString> files) throws Unmet {
    served = new MeshFolder(new Revision(served.revision().number() + 1), files);
    waiting.serve(served);
    waiting.untilSynced(envoys.values(), served);
  }

  void drain(Step.Drain step, RunningEnvoy envoy) throws Unmet {
    if (step.endpoint().isEmpty()) {
      try {
        envoy.drain();
      } catch (IOException e) {
        throw new Unmet("drain: " + e.getMessage());
      }
      return;
    }
    keys(step.endpoint().get()).forEach(wiring::drain);
    serve(served.files());
  }

  /** Replaces an Envoy whose listeners were drained: there is no way back from that. */
  void replace(RunningEnvoy envoy) throws Unmet, TrialException {
    leftovers.end(List.of(envoy.process()));
    envoys.put(envoy.key(), start(envoy.key()));
    waiting.untilSynced(envoys.values(), served);
  }

  /** Undoes what the steps of a test did. */
  void restore(Set<String> runtimeKeys) throws Unmet {
    try {
      stubs.reset();
    } catch (IOException e) {
      throw new Unmet(e.toString());
    }
    stubs.forget();
    if (!runtimeKeys.isEmpty()) {
      TreeMap<String, String> none = new TreeMap<>();
      runtimeKeys.forEach(key -> none.put(key, ""));
      setRuntime(none);
    }
    if (wiring.undrain() || !served.files().equals(original.files())) {
      serve(original.files());
    }
  }

  /** Where Lish broke the protocol, or an Envoy refused something. */
  List<String> protocol() {
    List<String> violations = new ArrayList<>();
    for (RecordedStream stream : recorder.streams()) {
      stream.violations().forEach(v -> violations.add(stream + ": " + v));
    }
    return violations;
  }

  /**
   * Every Envoy, and the end of its log.
   *
   * @param first whose come before the others
   */
  Map<String, String> logs(Set<SnapshotKey> first) {
    Set<SnapshotKey> order = new LinkedHashSet<>(first);
    order.retainAll(envoys.keySet());
    order.addAll(envoys.keySet());
    Map<String, String> logs = new LinkedHashMap<>();
    for (SnapshotKey key : order) {
      RunningEnvoy envoy = envoys.get(key);
      if (envoy != null) {
        logs.put(envoy.toString(), envoy.log().sinceStart());
      }
    }
    return logs;
  }

  /** What Envoys warned of, each once. */
  List<String> warnings() {
    Set<String> all = new LinkedHashSet<>();
    envoys.values().forEach(envoy -> all.addAll(envoy.log().warnings()));
    return List.copyOf(all);
  }

  /** What differs from the mesh and may matter. */
  List<String> notes() {
    return wiring.notes();
  }

  @Override
  public void close() {
    leftovers.end(envoys.values().stream().map(RunningEnvoy::process).toList());
    client.close();
    server.close();
    stubs.close();
  }
}
