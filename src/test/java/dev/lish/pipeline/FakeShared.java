package dev.lish.pipeline;

import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Cell;
import dev.lish.source.Commit;
import dev.lish.source.DrainChange;
import dev.lish.source.Hold;
import dev.lish.source.Holds;
import dev.lish.source.Release;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.SourceState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Lish's own repository, whose commits end as a test says, and are seen when it says so. */
final class FakeShared implements SharedRepository {
  final Cell<SharedState> cell;
  final List<String> commits = new ArrayList<>();
  private Optional<Commit> outcome = Optional.empty();

  FakeShared(Clock clock) {
    cell = new Cell<>(clock);
  }

  /** What every commit comes to from now on; before, each is done. */
  void outcome(Commit commit) {
    outcome = Optional.of(commit);
  }

  void committable() {
    outcome = Optional.empty();
  }

  /** The repository is at this revision, with this set for a stage. */
  void is(int revision, String stage, StageControl control) {
    TreeMap<String, StageControl> stages = new TreeMap<>();
    stages.put(stage, control);
    cell.set(
        new SharedState(
            new Revision(revision), stages, Optional.empty(), new TreeMap<>(), Holds.NONE));
  }

  void is(int revision) {
    cell.set(
        new SharedState(
            new Revision(revision),
            new TreeMap<>(),
            Optional.empty(),
            new TreeMap<>(),
            Holds.NONE));
  }

  @Override
  public synchronized CompletableFuture<Commit> putStage(
      Revision base, String stage, StageControl control, String summary) {
    commits.add(stage + " from " + base + " epoch " + control.epoch());
    return done();
  }

  @Override
  public synchronized CompletableFuture<Commit> putMembership(
      Revision base, Revision membership, String by, String summary) {
    commits.add("membership " + membership + " from " + base);
    return done();
  }

  @Override
  public synchronized CompletableFuture<Commit> putDrain(DrainChange change) {
    String verb = change.drain().isPresent() ? "drain " : "undrain ";
    commits.add(verb + change.target() + " from " + change.base() + " " + change.rivals());
    return done();
  }

  @Override
  public synchronized CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary) {
    commits.add(hold.kind() + " " + hold.hosts().keySet() + " of " + hold.of());
    if (outcome.isEmpty()) {
      SharedState now = cell.state().last().orElseThrow();
      TreeMap<String, Hold> holds = new TreeMap<>(now.holds().holds());
      holds.put(hold.name(), hold);
      holds.values().removeIf(h -> h.hosts().isEmpty());
      set(now, new Holds(holds, now.holds().releases()));
    }
    return done();
  }

  @Override
  public synchronized CompletableFuture<Commit> putRelease(Revision base, Release release) {
    SharedState now = cell.state().last().orElseThrow();
    TreeMap<String, Release> releases = new TreeMap<>(now.holds().releases());
    releases.put(release.cluster(), release);
    set(now, new Holds(now.holds().holds(), releases));
    return done();
  }

  private void set(SharedState now, Holds holds) {
    cell.set(
        new SharedState(
            new Revision(now.revision().number() + 1),
            now.stages(),
            now.membership(),
            now.drains(),
            holds));
  }

  private CompletableFuture<Commit> done() {
    int next = cell.state().last().map(s -> s.revision().number()).orElse(0) + 1;
    return CompletableFuture.completedFuture(
        outcome.orElseGet(() -> new Commit.Done(new Revision(next))));
  }

  @Override
  public SourceState<SharedState> state() {
    return cell.state();
  }

  @Override
  public void watch(Runnable listener) {
    cell.watch(listener);
  }

  @Override
  public void close() {}
}
