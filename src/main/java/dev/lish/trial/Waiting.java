package dev.lish.trial;

import dev.lish.model.Problem;
import dev.lish.model.SnapshotKey;
import dev.lish.serve.NodeView;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a folder has come where it should, and says what is missing when it does not. */
final class Waiting {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final MeshServer server;
  private final Duration patience;

  Waiting(MeshServer server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** Waits until the server serves this folder. */
  void untilServing(MeshFolder served) throws Unmet {
    until(
        () -> {
          MeshServer.State state = server.state();
          if (state.serving().equals(Optional.of(served.revision()))) {
            return Optional.empty();
          }
          List<Problem> errors = state.problems().stream().filter(Problem::isError).toList();
          if (!errors.isEmpty()) {
            throw new Unmet("the mesh does not render:\n  " + lines(errors));
          }
          return Optional.of("the mesh is not rendered yet");
        });
  }

  private static String lines(List<Problem> problems) {
    return String.join("\n  ", problems.stream().limit(20).map(Problem::toString).toList());
  }

  /** Waits until every Envoy has accepted what is served, and nothing warms. */
  void untilSynced(Collection<RunningEnvoy> envoys, MeshFolder served) throws Unmet {
    until(
        () -> {
          Map<SnapshotKey, NodeView> nodes = new HashMap<>();
          server.nodes().forEach(node -> node.key().ifPresent(key -> nodes.put(key, node)));
          for (RunningEnvoy envoy : envoys) {
            Optional<String> wait =
                waitsFor(envoy, Optional.ofNullable(nodes.get(envoy.key())), served);
            if (wait.isPresent()) {
              return wait;
            }
          }
          return Optional.empty();
        });
  }

  private static Optional<String> waitsFor(
      RunningEnvoy envoy, Optional<NodeView> node, MeshFolder served) throws Unmet {
    if (envoy.hasEnded()) {
      throw new Unmet(
          "Envoy of " + envoy.key() + " ended with code " + envoy.process().exitValue());
    }
    if (node.isEmpty()) {
      return Optional.of("Envoy of " + envoy.key() + " has not connected");
    }
    List<String> refused = new Refusals(served).of(node.get());
    if (!refused.isEmpty()) {
      throw new Unmet(String.join("\n  ", refused));
    }
    boolean newest = node.get().revision().equals(Optional.of(served.revision()));
    if (!newest || node.get().state() != NodeView.State.SYNCED) {
      return Optional.of("Envoy of " + envoy.key() + " has not accepted everything yet");
    }
    try {
      return envoy.isReady()
          ? Optional.empty()
          : Optional.of("Envoy of " + envoy.key() + " still warms clusters or listeners");
    } catch (IOException e) {
      return Optional.of("Envoy of " + envoy.key() + " does not answer: " + e.getMessage());
    }
  }

  /** What is still missing; empty: nothing. */
  @FunctionalInterface
  private interface Missing {
    Optional<String> now() throws Unmet;
  }

  private void until(Missing missing) throws Unmet {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<String> still = missing.now();
      if (still.isEmpty()) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw new Unmet(still.get() + " after " + patience.toSeconds() + " s");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new Unmet("interrupted: " + still.get());
      }
    }
  }
}
