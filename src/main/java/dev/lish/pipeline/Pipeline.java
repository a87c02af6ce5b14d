package dev.lish.pipeline;

import dev.lish.model.Drain;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.render.Mesh;
import dev.lish.serve.StreamEvent;
import dev.lish.snapshot.Assignment;
import dev.lish.source.MeshFolder;
import dev.lish.source.SharedState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop. One thread owns everything that changes: sources only wake it, a worker renders for it,
 * and what comes out is published as one immutable value.
 */
public final class Pipeline implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  /** Envoys come and go in herds. Each step takes in what was told before it, so none is late. */
  private static final long HERD_MILLIS = 50;

  private final World world;
  private final BiConsumer<Assignment, Instant> publish;
  private final ScheduledExecutorService loop;
  private final ExecutorService worker;
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicBoolean worldChanged = new AtomicBoolean();
  private final AtomicBoolean eventsWait = new AtomicBoolean();
  private final Queue<Told> events = new ConcurrentLinkedQueue<>();

  /** What a stream told, and when. */
  private record Told(StreamEvent event, Instant at) {}

  private final Noticed noticed;
  private final Connections connections;
  private final Folders folders;
  private final Members members;
  private final Guarding guarding;
  private final Discovery discovery;
  private final Snapshots snapshots;
  private final Stages stages;
  private final LocalOrders<StageControl> localOrders;
  private final Drains drains;
  private final Epochs epochs;
  private final Views views;
  private final Announcements announcements = new Announcements();
  private final Function<MeshFolder, Optional<Mesh>> mesh;
  private final Clock clock;
  private final Instant settledAt;
  private volatile View view;
  private volatile boolean closed;
  private Assignment published = Assignment.NONE;

  /**
   * Builds the loop; {@link #start} starts it.
   *
   * @param mesh reads the {@code mesh.yaml} of a folder, if it is valid
   * @param publish takes what is to be served, and when a source told of what it changes; called on
   *     the pipeline's thread, must not block
   */
  public Pipeline(
      World world,
      Function<MeshFolder, Optional<Mesh>> mesh,
      BiConsumer<Assignment, Instant> publish,
      Clock clock) {
    this.world = world;
    this.publish = publish;
    this.clock = clock;
    this.mesh = mesh;
    settledAt =
        clock.instant().plus(world.memory().servedBefore() ? Connections.RETURN : Duration.ZERO);
    ScheduledThreadPoolExecutor one =
        new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "lish-pipeline"));
    one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    loop = one;
    worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "lish-render"));
    noticed = new Noticed(clock);
    connections = new Connections(clock);
    folders = new Folders(world.mesh(), loop, this::worldChanged, clock);
    members = new Members(mesh);
    guarding = Guarding.of(world.shared(), world.memory(), loop, clock);
    discovery = new Discovery(world.registries()::instances, guarding, this::wake, clock);
    snapshots = new Snapshots(discovery);
    stages = new Stages(world, folders, snapshots, new Threads(loop, worker, this::worldChanged));
    localOrders =
        new LocalOrders<>(
            world.shared(),
            OrderKinds.stages(world.shared(), world.memory()),
            loop,
            this::worldChanged);
    drains = new Drains(world, loop, this::worldChanged);
    epochs = new Epochs(world.shared(), loop);
    views = new Views(world, clock);
    view = views.first();
  }

  /** Starts to watch, render and publish. */
  public void start() {
    world.mesh().watch(this::worldChanged);
    world.shared().watch(this::worldChanged);
    world.secrets().watch(this::worldChanged);
    // Ages, and sources that stay silent, make themselves known without an event.
    var unused = loop.scheduleAtFixedRate(this::worldChanged, 1, 1, TimeUnit.SECONDS);
  }

  /** Everything that may be known of the pipeline. */
  public View view() {
    return view;
  }

  /** Takes in what the streams tell. Never blocks. */
  public void accept(StreamEvent event) {
    // That all have accepted a version is for others to know: nothing that is done here depends on
    // it.
    if (!(event instanceof StreamEvent.Acked)) {
      events.add(new Told(event, clock.instant()));
      if (eventsWait.compareAndSet(false, true)) {
        later(this::eventsCame);
      }
    }
  }

  private void eventsCame() {
    eventsWait.set(false);
    worldChanged();
  }

  private void later(Runnable task) {
    try {
      var unused = loop.schedule(task, HERD_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the pipeline is closed");
    }
  }

  /** Gives an order that counts on this replica only, until it is shared. */
  CompletableFuture<Void> giveLocally(String stage, StageControl control) {
    return CompletableFuture.runAsync(
        () -> {
          localOrders.give(stage, control);
          worldChanged();
        },
        loop);
  }

  /** An order is in since this revision: it settles what was ordered locally for the stage. */
  CompletableFuture<Void> settle(String stage, Revision since) {
    return CompletableFuture.runAsync(
        () -> {
          localOrders.settle(stage, since);
          worldChanged();
        },
        loop);
  }

  /** What is drained, and what would be left if this target were too. */
  CompletableFuture<DrainOutlook> outlook(String target) {
    return CompletableFuture.supplyAsync(
        () ->
            new DrainOutlook(
                drains.holding(),
                discovery.counts(Set.of(target)).getOrDefault(target, 0),
                snapshots.clustersWith(target),
                DrainCheck.refusal(discovery.remains(target))),
        loop);
  }

  /**
   * What a drain would do.
   *
   * @param holding what is drained, by target
   * @param instances that it would cover
   * @param inClusters clusters that have it written in themselves: it would not act there
   * @param refusal why it must not be; empty when it may
   */
  record DrainOutlook(
      SortedMap<String, Drain> holding,
      int instances,
      SortedSet<String> inClusters,
      Optional<String> refusal) {}

  /** Drains, or undrains, on this replica only, until it is shared. */
  CompletableFuture<Void> drainLocally(String target, Optional<Drain> drain) {
    return CompletableFuture.runAsync(
        () -> {
          drains.give(target, drain);
          worldChanged();
        },
        loop);
  }

  /** A change of the target's drain is in since this revision. */
  CompletableFuture<Void> settleDrain(String target, Revision since) {
    return CompletableFuture.runAsync(
        () -> {
          drains.settle(target, since);
          worldChanged();
        },
        loop);
  }

  /** True when the folder's {@code mesh.yaml} can say who belongs where. */
  boolean declaresStages(MeshFolder folder) {
    return mesh.apply(folder).isPresent();
  }

  /** Where renders are done, one at a time. */
  ExecutorService worker() {
    return worker;
  }

  private void worldChanged() {
    worldChanged.set(true);
    wake();
  }

  private void wake() {
    noticed.now();
    if (awake.compareAndSet(false, true)) {
      try {
        loop.execute(this::step);
      } catch (RejectedExecutionException e) {
        log.debug("the pipeline is closed");
      }
    }
  }

  private void step() {
    // First: what changes from here on wakes the loop again.
    awake.set(false);
    if (closed) {
      return;
    }
    noticed.stepBegins();
    try {
      takeEvents();
      boolean whole = worldChanged.getAndSet(false);
      if (whole) {
        world.mesh().state().last().ifPresent(world.registries()::follow);
        world.shared().state().last().ifPresent(guarding.holding()::take);
        world.shared().state().last().ifPresent(this::takeWorld);
      }
      snapshots.refresh();
      if (discovery.takeAnswered()) {
        worldChanged();
      }
      guarding.holding().share(clock.instant());
      // Once for all that changed together: what a start goes on from, before any Envoy has it.
      world.memory().commit();
      publish(whole);
      noticed.stepEnds(stages.rendering());
    } catch (RuntimeException e) {
      views.bug(e);
      log.error("a bug of Lish; what was served goes on being served", e);
    }
  }

  private void takeEvents() {
    for (Told told = events.poll(); told != null; told = events.poll()) {
      Instant at = told.at();
      boolean unused =
          told.event()
              .match(
                  connected -> connections.add(connected.stream(), connected.node()),
                  gone -> connections.remove(gone.stream(), at),
                  this::nacked,
                  acked -> false);
    }
  }

  private boolean nacked(StreamEvent.Nacked nacked) {
    epochs.nacked(nacked.key().stage(), nacked.revision(), nacked.epoch(), nacked.type());
    return true;
  }

  private void takeWorld(SharedState shared) {
    localOrders.share();
    discovery.drain(drains.step(shared));
    world.registries().release(shared.holds().releases().values());
    epochs.step(localOrders::has);
    boolean settled = !clock.instant().isBefore(settledAt);
    members
        .step(
            shared.membership(),
            shared.membership().flatMap(folders::at),
            folders.head(),
            connections.all(),
            settled)
        .ifPresent(revision -> shareMembership(revision, shared));
    members.folder().ifPresent(world.memory()::membership);
    stages.step(members.names(), shared, localOrders, connections, settled);
  }

  private void shareMembership(Revision revision, SharedState shared) {
    var unused =
        world
            .shared()
            .putMembership(shared.revision(), revision, "lish", "Membership of " + revision)
            .handleAsync(
                (commit, failure) -> {
                  if (failure != null || !commit.succeeded()) {
                    members.notShared();
                  }
                  return commit;
                },
                loop);
  }

  private void publish(boolean whole) {
    Assignment next = new Assignment(members.rules(), stages.groups(), snapshots.all());
    boolean changed = !next.equals(published);
    published = next;
    connections.published(next);
    // First told, then served: whoever sees it at an Envoy can also give orders about it.
    view =
        whole
            ? views.view(
                new Views.Parts(
                    folders, stages, members, localOrders, drains, discovery, snapshots),
                guarding.view(stages.heldChanges(), clock.instant()),
                next)
            : view.with(next, clock.instant());
    if (changed) {
      publish.accept(next, noticed.since());
    }
    if (whole) {
      announcements.tell(view);
    }
  }

  /**
   * Ends after the step that is being made. It is not interrupted: an interrupt closes files under
   * whoever reads or writes them, and what is kept for the next start would be lost.
   */
  @Override
  public void close() {
    closed = true;
    worker.shutdownNow();
    loop.shutdown();
    try {
      if (!loop.awaitTermination(2, TimeUnit.SECONDS)) {
        log.warn("the pipeline did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    discovery.close();
  }
}
