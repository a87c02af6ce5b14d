package dev.lish.trial;

import dev.lish.model.Problem;
import dev.lish.model.SnapshotKey;
import dev.lish.serve.NodeView;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits until a folder has come where it should, and says what is missing when it does not. */
final class Waiting {
  /** For what else is refused, after the first refusal. */
  private static final Duration OTHERS = Duration.ofSeconds(1);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final MeshServer server;
  private final Duration patience;

  /** What Envoys refused when the folder that is served now came. */
  private final Map<SnapshotKey, Set<Refusals.Refusal>> before = new HashMap<>();

  private OptionalLong firstRefusal = OptionalLong.empty();

  Waiting(MeshServer server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** Has the server serve another folder, and waits until it does. */
  void serve(MeshFolder next) throws Unmet {
    before.clear();
    firstRefusal = OptionalLong.empty();
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
          return Optional.of(new Lack(null, "the mesh is not rendered yet"));
        });
  }

  private static String lines(List<Problem> problems) {
    return String.join("\n  ", problems.stream().limit(20).map(Problem::toString).toList());
  }

  /** Waits until every Envoy has accepted what is served, and nothing warms. */
  void untilSynced(Collection<RunningEnvoy> envoys, MeshFolder served) throws Unmet {
    until(
        () -> {
          Optional<Lack> wait = unaccepted(envoys, served);
          if (wait.isEmpty()) {
            wait = unready(envoys);
          }
          // What an Envoy had not asked for yet it may have refused since, and be ready without.
          return wait.isPresent() ? wait : unaccepted(envoys, served);
        });
  }

  private Optional<Lack> unaccepted(Collection<RunningEnvoy> envoys, MeshFolder served)
      throws Unmet {
    Map<SnapshotKey, NodeView> nodes = new HashMap<>();
    server.nodes().forEach(node -> node.key().ifPresent(key -> nodes.put(key, node)));
    List<Lack> lacks = new ArrayList<>();
    Map<RunningEnvoy, Set<Refusals.Refusal>> refused = new LinkedHashMap<>();
    for (RunningEnvoy envoy : envoys) {
      if (envoy.hasEnded()) {
        throw Unmet.of(envoy, envoy + " ended with code " + envoy.process().exitValue());
      }
      Optional<NodeView> node = Optional.ofNullable(nodes.get(envoy.key()));
      Set<Refusals.Refusal> own = node.map(n -> refused(envoy, n, served)).orElse(Set.of());
      if (!own.isEmpty()) {
        refused.put(envoy, own);
      }
      lack(envoy, node, served).ifPresent(lacks::add);
    }
    if (!refused.isEmpty() && (isLateEnough() || lacks.size() == refused.size())) {
      throw unmet(refused, served);
    }
    return lacks.stream().findFirst();
  }

  /** What is wrong with other types, or at other Envoys, is told in one go. */
  private boolean isLateEnough() {
    if (firstRefusal.isEmpty()) {
      firstRefusal = OptionalLong.of(System.nanoTime());
    }
    return System.nanoTime() - firstRefusal.getAsLong() > OTHERS.toNanos();
  }

  private static Optional<Lack> lack(
      RunningEnvoy envoy, Optional<NodeView> node, MeshFolder served) {
    if (node.isEmpty()) {
      return Optional.of(new Lack(envoy, "has not connected"));
    }
    boolean newest = node.get().revision().equals(Optional.of(served.revision()));
    return newest && node.get().state() == NodeView.State.SYNCED
        ? Optional.empty()
        : Optional.of(new Lack(envoy, "has not accepted everything yet"));
  }

  private Set<Refusals.Refusal> refused(RunningEnvoy envoy, NodeView node, MeshFolder served) {
    if (!node.revision().equals(Optional.of(served.revision()))) {
      return Set.of();
    }
    Set<Refusals.Refusal> refused = Refusals.of(node);
    if (node.state() != NodeView.State.NACKED) {
      // What it refused of the folder before is there until it has answered to this one.
      refused.removeAll(before.getOrDefault(envoy.key(), Set.of()));
    }
    return refused;
  }

  private Unmet unmet(Map<RunningEnvoy, Set<Refusals.Refusal>> refused, MeshFolder served) {
    Map<List<String>, String> sentences = new LinkedHashMap<>();
    refused.forEach(
        (envoy, all) -> {
          Refusals refusals =
              new Refusals(served, server.state().assignment().snapshot(envoy.key()));
          for (Refusals.Refusal one : all) {
            // Envoys of several groups refuse the same, most often.
            sentences.computeIfAbsent(
                List.of(one.type().label(), one.message(), one.path()),
                any -> refusals.sentence(envoy.toString(), one));
          }
        });
    return Unmet.of(refused.keySet().iterator().next(), String.join("\n  ", sentences.values()));
  }

  private static Optional<Lack> unready(Collection<RunningEnvoy> envoys) {
    for (RunningEnvoy envoy : envoys) {
      try {
        if (!envoy.isReady()) {
          return Optional.of(new Lack(envoy, "still warms clusters or listeners"));
        }
      } catch (IOException e) {
        return Optional.of(new Lack(envoy, "does not answer: " + e.getMessage()));
      }
    }
    return Optional.empty();
  }

  /**
   * Something that is to come.
   *
   * @param envoy at which; null: at none
   */
  private record Lack(@Nullable RunningEnvoy envoy, String what) {
    Unmet unmet(String because) {
      return envoy == null
          ? new Unmet(because.formatted(what))
          : Unmet.of(envoy, because.formatted(envoy + " " + what));
    }
  }

  /** What is still missing; empty: nothing. */
  @FunctionalInterface
  private interface Missing {
    Optional<Lack> now() throws Unmet;
  }

  private void until(Missing missing) throws Unmet {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<Lack> still = missing.now();
      if (still.isEmpty()) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw still.get().unmet("%s after " + patience.toSeconds() + " s");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw still.get().unmet("interrupted: %s");
      }
    }
  }
}
