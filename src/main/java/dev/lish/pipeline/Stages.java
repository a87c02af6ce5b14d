package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.model.GroupRule;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.render.Rendered;
import dev.lish.render.Rendering;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.SharedState;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every stage towards the revision that it should have. Rendering happens on the worker; the
 * loop only swaps in the result. Confined to the pipeline's thread.
 */
final class Stages {
  private static final Logger log = LoggerFactory.getLogger(Stages.class);

  private final World world;
  private final Folders folders;
  private final Snapshots snapshots;
  private final Threads threads;
  private final Map<String, StageLine> byName = new LinkedHashMap<>();

  Stages(World world, Folders folders, Snapshots snapshots, Threads threads) {
    this.world = world;
    this.folders = folders;
    this.snapshots = snapshots;
    this.threads = threads;
  }

  /** Takes in which stages there are and what is set for them. */
  void step(
      List<String> names,
      SharedState shared,
      LocalOrders<StageControl> orders,
      Connections connections,
      boolean settled) {
    removeAllBut(names);
    for (String name : names) {
      StageLine stage = byName.computeIfAbsent(name, StageLine::new);
      Optional<Revision> head = folders.head().map(MeshFolder::revision);
      stage.aim(
          orders.value(name).orElseGet(() -> shared.stage(name)),
          head,
          world.memory().served(name));
      Optional<MeshFolder> before = stage.serving().map(StageLine.Serving::folder);
      snapshots.consider(name, stage.waiting());
      // Whom the stage has is worked out for a revision that is held only: it costs a look at all.
      if (stage.holds()
          && stage.release(
              connections.of(name), settled, snapshots, shared.holds().releases().values())) {
        serve(stage, before);
      }
      snapshots.epoch(name, stage.control().epoch());
      advance(stage);
    }
    sort(names);
    Set<Revision> inUse = new HashSet<>();
    byName.values().forEach(stage -> stage.addInUse(inUse));
    shared.membership().ifPresent(inUse::add);
    folders.retain(inUse);
  }

  /** True while a render is under way. */
  boolean rendering() {
    return byName.values().stream().anyMatch(StageLine::rendering);
  }

  private void advance(StageLine stage) {
    Optional<Revision> wanted = stage.wanted();
    if (wanted.isEmpty()) {
      return;
    }
    Optional<MeshFolder> folder = folders.at(wanted.get());
    if (folder.isEmpty()) {
      if (folders.failure(wanted.get()).isPresent()) {
        stage.unreadable(wanted.get(), world.memory().served(stage.name()));
      }
      return;
    }
    world.registries().follow(folder.get());
    Inputs inputs = inputs(stage.name(), folder.get());
    if (!stage.shouldRender(inputs)) {
      return;
    }
    stage.started(inputs);
    Optional<Rendered> previous = stage.serving().map(StageLine.Serving::rendered);
    var unused =
        CompletableFuture.supplyAsync(
                () -> world.renderer().render(inputs, previous), threads.worker())
            .handleAsync(
                (rendering, crash) -> {
                  finish(stage, Optional.ofNullable(rendering), crash);
                  threads.wake().run();
                  return rendering;
                },
                threads.loop());
  }

  /** What can be served is, by the next step, which this wakes. */
  private void finish(StageLine stage, Optional<Rendering> rendering, @Nullable Throwable crash) {
    if (rendering.isEmpty()) {
      log.error("stage {}: the render failed by a bug of Lish", stage.name(), crash);
      stage.crashed(crash == null ? "no result" : Causes.text(crash));
      return;
    }
    stage.finished(rendering.get(), world.memory().served(stage.name()));
    world.registries().need(stage.waitingFor(), threads.wake());
  }

  private void serve(StageLine stage, Optional<MeshFolder> before) {
    StageLine.Serving serving = stage.serving().orElseThrow();
    snapshots.put(serving.rendered(), stage.control().epoch());
    if (before.equals(Optional.of(serving.folder()))) {
      log.debug("stage {} was rendered again, its inputs have changed", stage.name());
    } else {
      world.memory().serves(stage.name(), serving.folder());
      log.info("stage {} serves revision {}", stage.name(), serving.folder().revision());
    }
  }

  private Inputs inputs(String stage, MeshFolder folder) {
    SortedMap<String, ByteString> secrets =
        world.secrets().state().last().orElse(Collections.emptySortedMap());
    return new Inputs(
        stage,
        folder,
        world.registries().services(),
        world.registries().parameters(folder, folders.head()),
        secrets,
        false);
  }

  private void removeAllBut(List<String> names) {
    for (String name : List.copyOf(byName.keySet())) {
      if (!names.contains(name)) {
        byName.remove(name);
        snapshots.remove(name);
        log.info("stage {} is no more", name);
      }
    }
  }

  private void sort(List<String> names) {
    Map<String, StageLine> sorted = new LinkedHashMap<>();
    names.forEach(name -> sorted.put(name, byName.get(name)));
    byName.clear();
    byName.putAll(sorted);
  }

  /** Revisions that wait because of what they would do to hosts, in delivery order. */
  List<GuardView.Change> heldChanges() {
    return byName.values().stream().flatMap(stage -> stage.heldChange().stream()).toList();
  }

  /** The stages in delivery order. */
  Collection<StageLine> all() {
    return byName.values();
  }

  /** Stage to its groups, for stages that serve something. */
  Map<String, List<GroupRule>> groups() {
    Map<String, List<GroupRule>> groups = new HashMap<>();
    byName.forEach(
        (name, stage) -> {
          if (stage.serving().isPresent()) {
            groups.put(name, stage.groups());
          }
        });
    return groups;
  }
}
