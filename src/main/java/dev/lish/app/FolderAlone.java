package dev.lish.app;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Cell;
import dev.lish.source.Commit;
import dev.lish.source.DrainChange;
import dev.lish.source.Hold;
import dev.lish.source.Holds;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.Release;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A folder in memory in place of both repositories of Central Dogma. The stage is always pinned to
 * the folder, as if somebody had promoted it by name: what a test serves waits for nobody.
 */
final class FolderAlone {
  private final String stage;
  private final Cell<MeshFolder> mesh;
  private final Cell<SharedState> shared;
  private final Clock clock;
  private Instant promoted = Instant.EPOCH;

  FolderAlone(MeshFolder folder, String stage, Clock clock) {
    this.stage = stage;
    this.mesh = new Cell<>(clock);
    this.shared = new Cell<>(clock);
    this.clock = clock;
    set(folder);
  }

  /** This is the folder from now on: an order of its own, so that nothing holds it back. */
  synchronized void set(MeshFolder folder) {
    Instant now = clock.instant();
    promoted = now.isAfter(promoted) ? now : promoted.plusNanos(1);
    mesh.set(folder);
    shared(membership());
  }

  private Optional<Revision> membership() {
    return shared.state().last().flatMap(SharedState::membership);
  }

  private void shared(Optional<Revision> membership) {
    Optional<Revision> pin = mesh.state().last().map(MeshFolder::revision);
    TreeMap<String, StageControl> stages = new TreeMap<>();
    StageControl free = StageControl.DEFAULT;
    stages.put(
        stage,
        new StageControl(pin, Optional.empty(), free.epoch(), free.by(), free.reason(), promoted));
    int revision = shared.state().last().map(s -> s.revision().number() + 1).orElse(1);
    shared.set(
        new SharedState(new Revision(revision), stages, membership, new TreeMap<>(), Holds.NONE));
  }

  MeshRepository mesh() {
    return new Mesh();
  }

  SharedRepository shared() {
    return new Shared();
  }

  private final class Mesh implements MeshRepository {
    @Override
    public SourceState<MeshFolder> state() {
      return mesh.state();
    }

    @Override
    public void watch(Runnable listener) {
      mesh.watch(listener);
    }

    @Override
    public CompletableFuture<MeshFolder> at(Revision revision) {
      return mesh.state()
          .last()
          .filter(folder -> folder.revision().equals(revision))
          .map(CompletableFuture::completedFuture)
          .orElseGet(
              () ->
                  CompletableFuture.failedFuture(
                      new NoSuchElementException("revision " + revision + " is gone")));
    }

    @Override
    public CompletableFuture<Commit> push(
        Revision base, Map<String, ByteString> files, String message, String author) {
      return refused();
    }

    @Override
    public void close() {}
  }

  private static CompletableFuture<Commit> refused() {
    return CompletableFuture.completedFuture(new Commit.Refused("a folder takes no commits"));
  }

  private final class Shared implements SharedRepository {
    @Override
    public SourceState<SharedState> state() {
      return shared.state();
    }

    @Override
    public void watch(Runnable listener) {
      shared.watch(listener);
    }

    @Override
    public CompletableFuture<Commit> putStage(
        Revision base, String name, StageControl control, String summary) {
      return refused();
    }

    @Override
    public CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary) {
      return refused();
    }

    @Override
    public CompletableFuture<Commit> putRelease(Revision base, Release release) {
      return refused();
    }

    @Override
    public CompletableFuture<Commit> putDrain(DrainChange change) {
      return refused();
    }

    @Override
    public CompletableFuture<Commit> putMembership(
        Revision base, Revision membership, String by, String summary) {
      synchronized (FolderAlone.this) {
        shared(Optional.of(membership));
        return CompletableFuture.completedFuture(new Commit.Done(base));
      }
    }

    @Override
    public void close() {}
  }
}
