package dev.lish.pipeline;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.pipeline.Operations.Order;
import dev.lish.source.Commit;
import dev.lish.source.DrainChange;
import dev.lish.source.SharedState;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Drains as commits to Lish's own repository, or, for the hour without it, as local orders. */
final class DrainOrders {
  private final World world;
  private final Pipeline pipeline;
  private final Clock clock;

  DrainOrders(World world, Pipeline pipeline, Clock clock) {
    this.world = world;
    this.pipeline = pipeline;
    this.clock = clock;
  }

  CompletableFuture<Commit> drain(String target, boolean force, Order order) {
    Drain drain;
    try {
      drain = new Drain(target, order.by(), order.reason(), clock.instant());
    } catch (IllegalArgumentException e) {
      return RepositoryOperations.refused(String.valueOf(e.getMessage()));
    }
    // Before the look at what is left: a drain that comes between is a conflict.
    Optional<SharedState> seen = world.shared().state().last();
    return pipeline
        .outlook(target)
        .thenCompose(
            outlook -> {
              if (outlook.instances() == 0 && !force) {
                return RepositoryOperations.refused(
                    !outlook.inClusters().isEmpty()
                        ? elsewhere(target, outlook)
                            + " (--force drains whatever else will be called so)"
                        : target
                            + ": no watched instance is called so, nor has such a host (expected: an id"
                            + " (with Consul NODE/SERVICE-ID) or ADDRESS:PORT of an instance, or the"
                            + " address or node of a host; --force drains whatever will be called"
                            + " so)");
              }
              if (outlook.refusal().isPresent() && !force) {
                return RepositoryOperations.refused(outlook.refusal().get());
              }
              DrainChange.Rivals rivals =
                  force ? DrainChange.Rivals.SAME_TARGET : DrainChange.Rivals.ANY_DRAIN;
              return change(seen, rivals, target, Optional.of(drain), order)
                  .thenApply(
                      commit ->
                          commit instanceof Commit.Done done && !outlook.inClusters().isEmpty()
                              ? new Commit.Done(
                                  done.revision(), List.of(elsewhere(target, outlook)))
                              : commit);
            });
  }

  private static String elsewhere(String target, Pipeline.DrainOutlook outlook) {
    return "%s is written in %s %s of the mesh, and is NOT drained there: only assignments (EDS) are"
            .formatted(
                target,
                outlook.inClusters().size() == 1 ? "cluster" : "clusters",
                String.join(", ", outlook.inClusters()))
        + " drained; change the mesh to take it out of these";
  }

  CompletableFuture<Commit> undrain(String target, Order order) {
    Optional<SharedState> seen = world.shared().state().last();
    return pipeline
        .outlook(target)
        .thenCompose(
            outlook ->
                outlook.holding().containsKey(target)
                        || seen.map(s -> s.drains().containsKey(target)).orElse(false)
                    ? change(seen, DrainChange.Rivals.SAME_TARGET, target, Optional.empty(), order)
                    : RepositoryOperations.refused(
                        target
                            + " is not drained (drained: "
                            + (outlook.holding().isEmpty()
                                ? "nothing"
                                : String.join(", ", outlook.holding().keySet()))
                            + ")"));
  }

  private CompletableFuture<Commit> change(
      Optional<SharedState> seen,
      DrainChange.Rivals rivals,
      String target,
      Optional<Drain> drain,
      Order order) {
    if (order.local()) {
      return pipeline.drainLocally(target, drain).thenApply(done -> new Commit.Done(Revision.NONE));
    }
    if (seen.isEmpty()) {
      return RepositoryOperations.unreachable();
    }
    String verb = drain.isPresent() ? "Drain " : "Undrain ";
    String summary = verb + target + RepositoryOperations.reason(order);
    boolean shared = seen.get().drains().containsKey(target);
    boolean again = drain.isPresent() && isThere(drain.get(), seen.get());
    CompletableFuture<Commit> commit =
        again || (drain.isEmpty() && !shared)
            // It is drained so already, or a local drain was never shared: nothing is to be done.
            ? CompletableFuture.completedFuture(new Commit.Unchanged(seen.get().revision()))
            : world
                .shared()
                .putDrain(
                    new DrainChange(
                        seen.get().revision(), rivals, target, drain, order.by(), summary));
    return commit.thenCompose(
        outcome ->
            RepositoryOperations.in(outcome)
                .map(since -> pipeline.settleDrain(target, since).thenApply(done -> outcome))
                .orElseGet(() -> CompletableFuture.completedFuture(outcome)));
  }

  /** The same drain, by the same person for the same reason: when it began stays. */
  private static boolean isThere(Drain drain, SharedState seen) {
    Drain there = seen.drains().get(drain.target());
    return there != null && there.by().equals(drain.by()) && there.reason().equals(drain.reason());
  }
}
