package dev.lish.app;

import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Http;
import dev.lish.testing.SampleMesh;
import dev.lish.testing.Upstream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The sample mesh with upstreams that answer, a Lish that serves it, and Envoys on demand. */
final class MeshFixture implements AutoCloseable {
  final Upstream payments1 = Upstream.start("payments-1");
  final Upstream payments2 = Upstream.start("payments-2");
  final Upstream orders = Upstream.start("orders-1");
  final LishServer lish;
  private final boolean sotw;
  private final Deque<EnvoyProcess> envoys = new ArrayDeque<>();

  private MeshFixture(Path folder, boolean sotw, String... settings) {
    this.sotw = sotw;
    Path mesh =
        SampleMesh.copy(folder.resolve("mesh"), payments1.port(), payments2.port(), orders.port());
    lish = LishServer.start(folder, mesh, settings);
  }

  static MeshFixture start(Path folder, boolean sotw, String... settings) {
    MeshFixture fixture = new MeshFixture(folder, sotw, settings);
    fixture.lish.awaitReady();
    return fixture;
  }

  /** The same with a real Central Dogma, into which somebody has put the sample mesh. */
  static MeshFixture start(Path folder, boolean sotw, DogmaFixture dogma) {
    MeshFixture fixture = new MeshFixture(folder, sotw, dogma.settings());
    dogma.seed(fixture.lish.mesh());
    fixture.lish.awaitReady();
    return fixture;
  }

  /** Starts an Envoy of this identity and waits until Lish says that it has everything. */
  EnvoyProcess envoy(Envoys.Envoy binary, String id, String cluster, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("sotw");
    all.add(Boolean.toString(sotw));
    EnvoyProcess envoy =
        EnvoyProcess.start(binary, lish.bootstrap(id, cluster, all.toArray(String[]::new)));
    envoys.push(envoy);
    envoy.awaitReady();
    lish.awaitNode(id, "synced");
    return envoy;
  }

  /** An Envoy of the group edge, in zone tokyo-1 and stage release. */
  EnvoyProcess edge(Envoys.Envoy binary) {
    return envoy(binary, "edge-1", "edge-a", "locality.zone", "tokyo-1");
  }

  static Http.Answer get(EnvoyProcess envoy, String listener, String path, String... headers) {
    return Http.get("http://127.0.0.1:" + envoy.listenerPort(listener) + path, headers);
  }

  /** Edits a file of the mesh on disk. */
  void edit(String file, String from, String to) {
    SampleMesh.edit(lish.mesh(), file, Map.of(from, to));
  }

  @Override
  public void close() {
    envoys.forEach(EnvoyProcess::close);
    lish.close();
    List.of(payments1, payments2, orders).forEach(Upstream::close);
  }
}
