package dev.lish.source.dogma;

import com.linecorp.centraldogma.common.Change;
import com.linecorp.centraldogma.common.ChangeConflictException;
import com.linecorp.centraldogma.common.RedundantChangeException;
import dev.lish.model.Drain;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lish's own repository; small, so it is read whole at each of its revisions. */
final class DogmaShared implements SharedRepository {
  private static final Logger LOGGER = LoggerFactory.getLogger(DogmaShared.class);
  private static final Pattern STAGE =
      Pattern.compile("[-_0-9a-zA-Z]([-_.0-9a-zA-Z]*[-_0-9a-zA-Z])?");

  /** How many commits to one file may be broken before its last good value is given up. */
  private static final int LOOK_BACK = 20;

  private static final int TRIES = 5;
  private static final int SHOWN = 3;

  private final Store store;
  private final Workers workers;
  private final Clock clock;
  private final Cell<SharedState> cell;
  private final Follower follower;

  DogmaShared(Store store, Workers workers, Clock clock) {
    this.store = store;
    this.workers = workers;
    this.clock = clock;
    this.cell = new Cell<>(clock);
    this.follower = new Follower(store, new Head(), clock);
  }

  void start() {
    follower.start();
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
  public void close() {
    follower.close();
  }

  @Override
  public CompletableFuture<Commit> putStage(
      Revision base, String stage, StageControl control, String summary) {
    if (!STAGE.matcher(stage).matches()) {
      return CompletableFuture.completedFuture(
          new Commit.Refused("stage: " + stage + " (expected: a-z A-Z 0-9 - _ . only)"));
    }
    Change<?> change =
        Change.ofJsonUpsert(
            SharedFile.STAGES + stage + SharedFile.SUFFIX, SharedFile.write(control));
    return workers.commit(() -> put(base, change, summary, control.by()));
  }

  @Override
  public CompletableFuture<Commit> putMembership(
      Revision base, Revision membership, String by, String summary) {
    Change<?> change =
        Change.ofJsonUpsert(
            SharedFile.MEMBERSHIP, SharedFile.write(membership, by, summary, clock.instant()));
    return workers.commit(() -> put(base, change, summary, by));
  }

  @Override
  public CompletableFuture<Commit> putDrain(DrainChange wanted) {
    String path = SharedFile.drainPath(wanted.target());
    Change<?> change =
        wanted
            .drain()
            .<Change<?>>map(drain -> Change.ofJsonUpsert(path, SharedFile.write(drain)))
            .orElseGet(() -> Change.ofRemoval(path));
    String rivals =
        wanted.rivals() == DrainChange.Rivals.ANY_DRAIN ? SharedFile.DRAINS + "**" : path;
    return workers.commit(() -> put(wanted.base(), rivals, change, wanted.summary(), wanted.by()));
  }

  @Override
  public CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary) {
    String path = HoldFile.HOLDS + hold.name() + SharedFile.SUFFIX;
    Change<?> change =
        hold.hosts().isEmpty()
            ? Change.ofRemoval(path)
            : Change.ofJsonUpsert(path, HoldFile.write(hold));
    return workers.commit(() -> put(base, change, summary, "lish"));
  }

  @Override
  public CompletableFuture<Commit> putRelease(Revision base, Release release) {
    Change<?> change =
        Change.ofJsonUpsert(
            HoldFile.RELEASES + HoldFile.fileName(release.cluster()) + SharedFile.SUFFIX,
            HoldFile.write(release));
    String summary = "Release " + release.cluster() + ": " + release.reason();
    return workers.commit(() -> put(base, change, summary, release.by()));
  }

  private Commit put(Revision base, Change<?> change, String summary, String by)
      throws InterruptedException {
    return put(base, change.path(), change, summary, by);
  }

  /** First wins: a commit to another file than the rivals since the base is no conflict. */
  private Commit put(Revision base, String rivals, Change<?> change, String summary, String by)
      throws InterruptedException {
    if (summary.isBlank()) {
      return new Commit.Refused("summary: empty (expected: what the commit does)");
    }
    try {
      for (int i = 0; i < TRIES; i++) {
        int head = store.head();
        Optional<String> conflict = conflict(base.number(), head, rivals);
        if (conflict.isPresent()) {
          return new Commit.Refused(conflict.get());
        }
        Optional<Commit> outcome = commit(head, change, summary, by);
        if (outcome.isPresent()) {
          return outcome.get();
        }
      }
      return new Commit.Refused(store + " takes commits all the time; try again");
    } catch (Failure e) {
      return e.isAnswer()
          ? new Commit.Refused(e.getMessage())
          : new Commit.Unreachable(e.getMessage());
    }
  }

  private Optional<String> conflict(int base, int head, String path)
      throws Failure, InterruptedException {
    if (base < 1 || base > head) {
      return Optional.of("base revision " + base + " (expected: 1.." + head + " of " + store + ")");
    } else if (base == head) {
      return Optional.empty();
    }
    List<String> since =
        store.history(path, head, base + 1, SHOWN).stream().map(Store::describe).toList();
    return since.isEmpty()
        ? Optional.empty()
        : Optional.of(
            path + " was changed since revision " + base + ": " + String.join("; ", since));
  }

  /** Empty when another commit came between. */
  private Optional<Commit> commit(int head, Change<?> change, String summary, String by)
      throws Failure, InterruptedException {
    try {
      int revision = store.commit(head, summary, by, List.of(change));
      return Optional.of(new Commit.Done(new Revision(revision)));
    } catch (Failure e) {
      if (e.is(ChangeConflictException.class)) {
        return Optional.empty();
      } else if (e.is(RedundantChangeException.class)) {
        return Optional.of(new Commit.Unchanged(new Revision(head)));
      } else if (e.isAnswer()) {
        return Optional.of(new Commit.Refused(e.getMessage()));
      }
      return Optional.of(
          new Commit.Unreachable(e.getMessage() + "; the commit may have been made all the same"));
    }
  }

  /** Parses one file's text. */
  private interface Parser<T> {
    T parse(String text) throws SharedFile.Broken;
  }

  /** Reads all files at one revision; a broken one counts as its last good text. */
  private final class Reading {
    private final int revision;
    private final List<String> problems = new ArrayList<>();

    Reading(int revision) {
      this.revision = revision;
    }

    SharedState run() throws Failure, InterruptedException {
      Map<String, String> texts =
          store.read(
              revision,
              List.of(
                  SharedFile.STAGES + "*" + SharedFile.SUFFIX,
                  SharedFile.DRAINS + "*" + SharedFile.SUFFIX,
                  HoldFile.HOLDS + "*" + SharedFile.SUFFIX,
                  HoldFile.RELEASES + "*" + SharedFile.SUFFIX,
                  SharedFile.MEMBERSHIP));
      TreeMap<String, StageControl> stages = new TreeMap<>();
      TreeMap<String, Drain> drains = new TreeMap<>();
      Optional<Revision> membership = Optional.empty();
      TreeMap<String, Hold> holds = new TreeMap<>();
      TreeMap<String, Release> releases = new TreeMap<>();
      for (Map.Entry<String, String> file : texts.entrySet()) {
        String path = file.getKey();
        if (path.equals(SharedFile.MEMBERSHIP)) {
          membership = value(path, file.getValue(), SharedFile::membership);
        } else if (path.startsWith(SharedFile.DRAINS)) {
          value(path, file.getValue(), SharedFile::drain).ifPresent(d -> drains.put(d.target(), d));
        } else if (path.startsWith(HoldFile.HOLDS)) {
          value(path, file.getValue(), HoldFile::hold).ifPresent(h -> holds.put(h.name(), h));
        } else if (path.startsWith(HoldFile.RELEASES)) {
          value(path, file.getValue(), HoldFile::release)
              .ifPresent(r -> releases.put(r.cluster(), r));
        } else {
          String name =
              path.substring(
                  SharedFile.STAGES.length(), path.length() - SharedFile.SUFFIX.length());
          value(path, file.getValue(), SharedFile::stage).ifPresent(c -> stages.put(name, c));
        }
      }
      return new SharedState(
          new Revision(revision), stages, membership, drains, new Holds(holds, releases));
    }

    private <T> Optional<T> value(String path, String text, Parser<T> parser)
        throws Failure, InterruptedException {
      try {
        return Optional.of(parser.parse(text));
      } catch (SharedFile.Broken e) {
        problems.add(path.substring(1) + ": " + e.getMessage());
        return lastGood(path, parser);
      }
    }

    /** From history, not from memory: all replicas, however long they run, find the same. */
    private <T> Optional<T> lastGood(String path, Parser<T> parser)
        throws Failure, InterruptedException {
      for (var commit : store.history(path, revision, 1, LOOK_BACK)) {
        String text = store.read(commit.revision().major(), List.of(path)).get(path);
        if (text == null) {
          // It was deleted then: what it said before was given up on purpose.
          return Optional.empty();
        }
        try {
          return Optional.of(parser.parse(text));
        } catch (SharedFile.Broken e) {
          LOGGER.debug("{} at revision {}: {}", path, commit.revision(), e.getMessage());
        }
      }
      return Optional.empty();
    }
  }

  /** What the follower does. */
  private final class Head implements Follower.Content {
    private Runnable publish = () -> {};

    @Override
    public void advance(Optional<Integer> known, int revision)
        throws Failure, InterruptedException {
      Reading reading = new Reading(revision);
      SharedState state = reading.run();
      String problem = String.join("; ", reading.problems);
      if (problem.isEmpty()) {
        publish = () -> cell.set(state);
      } else {
        LOGGER.warn("{} at revision {}: {}; its last good value counts", store, revision, problem);
        publish = () -> cell.setPartly(state, problem);
      }
      publish.run();
    }

    @Override
    public void confirm() {
      publish.run();
    }

    @Override
    public void fail(String cause) {
      cell.fail(cause);
    }

    @Override
    public void absent(Failure why) throws Failure, InterruptedException {
      if (cell.state().last().isPresent()) {
        // Deleted while in use: an empty one would lift every pause and every pin.
        throw why;
      }
      store.create();
      LOGGER.info("Made repository {} for what operators set", store);
    }
  }
}
