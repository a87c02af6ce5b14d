package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.delivery.Decision;
import dev.lish.delivery.Orders;
import dev.lish.delivery.Signature;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import dev.lish.source.Release;
import dev.lish.source.Service;
import dev.lish.source.SharedState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Orders as commits to Lish's own repository, or, for the hour without it, as local ones. */
public final class RepositoryOperations implements Operations {
  private final World world;
  private final Pipeline pipeline;
  private final PushCheck check;
  private final Clock clock;
  private final DrainOrders drainOrders;

  /** Acts on this pipeline and the repositories of its world. */
  public RepositoryOperations(World world, Pipeline pipeline, PushCheck check, Clock clock) {
    this.world = world;
    this.pipeline = pipeline;
    this.check = check;
    this.clock = clock;
    drainOrders = new DrainOrders(world, pipeline, clock);
  }

  @Override
  public CompletableFuture<Commit> pause(Optional<String> stage, Order order) {
    return each(
        stage,
        order,
        "Pause",
        (on, signature) -> Orders.pause(on.control(), on.serving(), signature));
  }

  @Override
  public CompletableFuture<Commit> resume(Optional<String> stage, Order order) {
    return each(stage, order, "Resume", (on, signature) -> Orders.resume(on.control(), signature));
  }

  @Override
  public CompletableFuture<Commit> promote(String stage, Optional<Revision> revision, Order order) {
    Optional<Revision> head = pipeline.view().head();
    if (revision.isPresent() && head.isPresent() && revision.get().compareTo(head.get()) > 0) {
      return refused("revision " + revision.get() + " (expected: 1.." + head.get() + ")");
    }
    return each(
        Optional.of(stage),
        order,
        "Promote",
        (on, signature) -> Orders.promote(on.control(), revision, on.held(), signature));
  }

  @Override
  public CompletableFuture<Commit> promoteMembership(Revision revision, Order order) {
    if (order.local()) {
      return refused("membership holds for all replicas (expected: without --local)");
    }
    Optional<SharedState> shared = world.shared().state().last();
    if (shared.isEmpty()) {
      return unreachable();
    }
    return world
        .mesh()
        .at(revision)
        .thenCompose(
            folder ->
                pipeline.declaresStages(folder)
                    ? world
                        .shared()
                        .putMembership(
                            shared.get().revision(),
                            revision,
                            order.by(),
                            "Membership of " + revision + reason(order))
                    : refused("mesh.yaml of revision " + revision + " has Problems"))
        .exceptionally(failure -> new Commit.Refused(Causes.text(failure)));
  }

  @Override
  public CompletableFuture<MeshFolder> folder(Optional<Revision> revision) {
    Optional<MeshFolder> head = world.mesh().state().last();
    if (revision.isPresent() && !head.map(MeshFolder::revision).equals(revision)) {
      return world.mesh().at(revision.get());
    }
    return head.map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new NoSuchElementException("Central Dogma has not answered yet")));
  }

  @Override
  public SortedMap<String, List<Service>> catalogs() {
    return world.registries().services();
  }

  @Override
  public CompletableFuture<Commit> rollback(String stage, Order order) {
    return each(
        Optional.of(stage),
        order,
        "Roll back",
        (on, signature) -> Orders.rollback(on.control(), before(on), signature));
  }

  @Override
  public CompletableFuture<Commit> release(String cluster, Order order) {
    if (order.local()) {
      return refused("a hold is for all replicas (expected: without --local)");
    }
    Optional<SharedState> shared = world.shared().state().last();
    if (shared.isEmpty()) {
      return unreachable();
    }
    if (cluster.startsWith(Registries.CATALOG)) {
      return releaseCatalog(cluster, shared.get(), order);
    }
    TreeSet<String> of = new TreeSet<>();
    TreeSet<String> clusters = new TreeSet<>();
    for (GuardView.Guarded one : pipeline.view().guard().assignments()) {
      clusters.addAll(one.terms().clusters());
      if (one.terms().clusters().contains(cluster)) {
        of.addAll(one.of());
      }
    }
    TreeSet<String> revisions = new TreeSet<>();
    for (GuardView.Change change : pipeline.view().guard().changes()) {
      clusters.addAll(change.clusters());
      if (change.clusters().contains(cluster)) {
        revisions.add(change.of());
      }
    }
    of.addAll(revisions);
    if (of.isEmpty()) {
      return refused("cluster " + cluster + " (expected: one of " + clusters + ")");
    }
    if (revisions.isEmpty()
        && pipeline.view().guard().holds().stream().noneMatch(k -> of.contains(k.hold().of()))) {
      return unchanged();
    }
    Release release = new Release(cluster, of, order.by(), order.reason(), clock.instant());
    return world.shared().putRelease(shared.get().revision(), release);
  }

  private CompletableFuture<Commit> releaseCatalog(
      String catalog, SharedState shared, Order order) {
    Set<String> held = world.registries().heldServices().keySet();
    if (!held.contains(catalog.substring(Registries.CATALOG.length()))) {
      return unchanged();
    }
    Release release =
        new Release(catalog, new TreeSet<>(), order.by(), order.reason(), clock.instant());
    return world.shared().putRelease(shared.revision(), release);
  }

  /** The newest revision that the stage has served and that is older than what it serves now. */
  private Optional<Revision> before(View.Stage stage) {
    return world.memory().served(stage.name()).stream()
        .filter(r -> stage.serving().isPresent() && r.compareTo(stage.serving().get()) < 0)
        .max(Revision::compareTo);
  }

  @Override
  public CompletableFuture<Commit> drain(String target, boolean force, Order order) {
    return drainOrders.drain(target, force, order);
  }

  @Override
  public CompletableFuture<Commit> undrain(String target, Order order) {
    return drainOrders.undrain(target, order);
  }

  @Override
  public CompletableFuture<Commit> push(
      Optional<Revision> base, Map<String, ByteString> files, String message, String by) {
    Optional<Revision> seen = base.or(() -> pipeline.view().head());
    if (seen.isEmpty()) {
      return unreachable();
    }
    return CompletableFuture.supplyAsync(() -> check.problems(files), pipeline.worker())
        .thenCompose(
            problems ->
                problems.isEmpty()
                    ? world.mesh().push(seen.get(), files, message, by)
                    : CompletableFuture.completedFuture(new Commit.Rejected(problems)));
  }

  private CompletableFuture<Commit> each(
      Optional<String> only,
      Order order,
      String verb,
      BiFunction<View.Stage, Signature, Decision> decide) {
    View view = pipeline.view();
    List<View.Stage> stages =
        view.stages().stream().filter(s -> only.isEmpty() || s.name().equals(only.get())).toList();
    if (stages.isEmpty()) {
      List<String> names = view.stages().stream().map(View.Stage::name).toList();
      return refused("stage " + only.orElse("") + " (expected: one of " + names + ")");
    }
    Signature signature = new Signature(order.by(), order.reason(), clock.instant());
    List<CompletableFuture<Commit>> commits = new ArrayList<>();
    for (View.Stage stage : stages) {
      commits.add(
          decide
              .apply(asOrdered(stage, order), signature)
              .match(
                  set -> set(stage.name(), set.control(), order, verb),
                  nothing ->
                      order.local()
                          ? unchanged()
                          : unchanged().thenCompose(same -> settle(stage.name(), same)),
                  senseless -> refused("stage " + stage.name() + " " + senseless.because())));
    }
    return commits.stream().reduce((a, b) -> a.thenCombine(b, Commit::worse)).orElseThrow();
  }

  /** An order that is to be shared starts from what is shared, not from a local order. */
  private View.Stage asOrdered(View.Stage stage, Order order) {
    Optional<SharedState> shared = world.shared().state().last();
    return order.local() || shared.isEmpty() ? stage : stage.with(shared.get().stage(stage.name()));
  }

  private CompletableFuture<Commit> set(
      String stage, StageControl control, Order order, String verb) {
    if (order.local()) {
      return pipeline.giveLocally(stage, control).thenApply(done -> new Commit.Done(Revision.NONE));
    }
    Optional<SharedState> shared = world.shared().state().last();
    if (shared.isEmpty()) {
      return unreachable();
    }
    return world
        .shared()
        .putStage(shared.get().revision(), stage, control, verb + " " + stage + reason(order))
        .thenCompose(commit -> settle(stage, commit));
  }

  private CompletableFuture<Commit> settle(String stage, Commit commit) {
    Optional<Revision> since = in(commit);
    return since.isEmpty()
        ? CompletableFuture.completedFuture(commit)
        : pipeline.settle(stage, since.get()).thenApply(done -> commit);
  }

  /** The revision that has it; empty when none does. */
  static Optional<Revision> in(Commit commit) {
    return commit.match(
        unchanged -> Optional.of(unchanged.revision()),
        done -> Optional.of(done.revision()),
        rejected -> Optional.empty(),
        refused -> Optional.empty(),
        unreachable -> Optional.empty());
  }

  private CompletableFuture<Commit> unchanged() {
    Revision revision =
        world.shared().state().last().map(SharedState::revision).orElse(Revision.NONE);
    return CompletableFuture.completedFuture(new Commit.Unchanged(revision));
  }

  static CompletableFuture<Commit> refused(String message) {
    return CompletableFuture.completedFuture(new Commit.Refused(message));
  }

  static CompletableFuture<Commit> unreachable() {
    return CompletableFuture.completedFuture(
        new Commit.Unreachable(
            "Central Dogma has not answered yet (pause, resume, promote, rollback, drain and undrain"
                + " act on this replica alone with --local)"));
  }

  static String reason(Order order) {
    return order.reason().isEmpty() ? "" : ": " + order.reason();
  }
}
