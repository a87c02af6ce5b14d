package dev.lish.trial;

import dev.lish.model.Problem;
import dev.lish.model.SnapshotKey;
import dev.lish.serve.NodeView;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Waits until a folder has come where it should, and says what is missing when it does not. */
final class Waiting {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final MeshServer server;
  private final Duration patience;

  /** What Envoys refused when the folder that is served now came. */
  private final Map<SnapshotKey, Set<Refusals.Refusal>> before = new HashMap<>();

  Waiting(MeshServer server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** Has the server serve another folder, and waits until it does. */
  void serve(MeshFolder next) throws Unmet {
    before.clear();
    server.nodes().forEach(node -> node.key().ifPresent(key -> before.put(key, Refusals.of(node))));
    server.serve(next);
    untilServing(next);
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
          // Those of the folder before are there until this one is rendered.
          if (state.judged().equals(Optional.of(served.revision())) && !errors.isEmpty()) {
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
          Optional<String> wait = unaccepted(envoys, served);
          if (wait.isEmpty()) {
            wait = unready(envoys);
          }
          // What an Envoy had not asked for yet it may have refused since, and be ready without.
          return wait.isPresent() ? wait : unaccepted(envoys, served);
        });
  }

  private Optional<String> unaccepted(Collection<RunningEnvoy> envoys, MeshFolder served)
      throws Unmet {
    Map<SnapshotKey, NodeView> nodes = new HashMap<>();
    server.nodes().forEach(node -> node.key().ifPresent(key -> nodes.put(key, node)));
    for (RunningEnvoy envoy : envoys) {
      Optional<String> wait =
          unaccepted(envoy, Optional.ofNullable(nodes.get(envoy.key())), served);
      if (wait.isPresent()) {
        return wait;
      }
    }
    return Optional.empty();
  }

  private Optional<String> unaccepted(
      RunningEnvoy envoy, Optional<NodeView> node, MeshFolder served) throws Unmet {
    if (envoy.hasEnded()) {
      throw new Unmet(envoy + " ended with code " + envoy.process().exitValue());
    }
    if (node.isEmpty()) {
      return Optional.of(envoy + " has not connected");
    }
    boolean newest = node.get().revision().equals(Optional.of(served.revision()));
    Set<Refusals.Refusal> refused = newest ? Refusals.of(node.get()) : new HashSet<>();
    if (node.get().state() != NodeView.State.NACKED) {
      // What it refused of the folder before is there until it has answered to this one.
      refused.removeAll(before.getOrDefault(envoy.key(), Set.of()));
    }
    if (!refused.isEmpty()) {
      throw new Unmet(
          refused.stream()
              .map(refusal -> new Refusals(served).sentence(envoy.toString(), refusal))
              .collect(Collectors.joining("\n  ")));
    }
    return newest && node.get().state() == NodeView.State.SYNCED
        ? Optional.empty()
        : Optional.of(envoy + " has not accepted everything yet");
  }

  private static Optional<String> unready(Collection<RunningEnvoy> envoys) {
    for (RunningEnvoy envoy : envoys) {
      try {
        if (!envoy.isReady()) {
          return Optional.of(envoy + " still warms clusters or listeners");
        }
      } catch (IOException e) {
        return Optional.of(envoy + " does not answer: " + e.getMessage());
      }
    }
    return Optional.empty();
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
