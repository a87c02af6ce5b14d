package dev.lish.source.dogma;

import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.common.RevisionNotFoundException;
import dev.lish.model.Revision;
import dev.lish.source.Cell;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mesh folder in Central Dogma: one follower, files kept in memory, differences fetched. */
final class DogmaMesh implements MeshRepository {
  private static final Logger LOGGER = LoggerFactory.getLogger(DogmaMesh.class);

  /** Stages at other revisions than head are few, and each stays where it is. */
  private static final int KEPT = 8;

  private final Store store;
  private final DogmaPlace place;
  private final Workers workers;
  private final Cell<MeshFolder> cell;
  private final Follower follower;
  private final Map<Integer, Folder> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Folder> eldest) {
          return size() > KEPT;
        }
      };
  private volatile Optional<Folder> head = Optional.empty();

  DogmaMesh(Store store, DogmaPlace place, Workers workers, Clock clock) {
    this.store = store;
    this.place = place;
    this.workers = workers;
    this.cell = new Cell<>(clock);
    this.follower = new Follower(store, new Head(), clock);
  }

  void start() {
    follower.start();
  }

  @Override
  public SourceState<MeshFolder> state() {
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
  public CompletableFuture<MeshFolder> at(Revision revision) {
    return workers.ask(
        () -> {
          try {
            return folder(revision.number()).folder();
          } catch (Failure e) {
            throw new IOException(e.getMessage(), e);
          }
        });
  }

  @Override
  public CompletableFuture<Commit> push(
      Revision base, Map<String, ByteString> files, String message, String author) {
    Map<String, ByteString> copy = Map.copyOf(files);
    return workers.commit(
        () -> new Push(store, place, this::folder).run(base.number(), copy, message, author));
  }

  /** The folder at this revision, from memory where it is there. Blocks. */
  Folder folder(int revision) throws Failure, InterruptedException {
    Optional<Folder> kept = kept(revision);
    if (kept.isPresent()) {
      return kept.get();
    }
    if (revision < 1) {
      throw unknown(revision);
    }
    try {
      Folder read = Folder.read(store, place, revision);
      keep(read);
      return read;
    } catch (Failure e) {
      throw e.is(RevisionNotFoundException.class) ? unknown(revision) : e;
    }
  }

  private Failure unknown(int revision) throws Failure, InterruptedException {
    return new Failure("revision " + revision + " (expected: 1.." + store.head() + ")");
  }

  private Optional<Folder> kept(int revision) {
    Optional<Folder> newest = head.filter(f -> f.folder().revision().number() == revision);
    if (newest.isPresent()) {
      return newest;
    }
    synchronized (cache) {
      return Optional.ofNullable(cache.get(revision));
    }
  }

  private void keep(Folder folder) {
    synchronized (cache) {
      cache.put(folder.folder().revision().number(), folder);
    }
  }

  /** What the follower does. */
  private final class Head implements Follower.Content {
    @Override
    public void advance(Optional<Integer> known, int revision)
        throws Failure, InterruptedException {
      Optional<Folder> next = Optional.empty();
      Optional<Folder> before = head;
      if (known.isPresent() && before.isPresent()) {
        next = difference(before.get(), revision);
      } else {
        forget();
      }
      Folder folder = next.isPresent() ? next.get() : Folder.read(store, place, revision);
      if (known.isPresent()) {
        // A paused stage is likely to stay there.
        before.ifPresent(DogmaMesh.this::keep);
      }
      head = Optional.of(folder);
      cell.set(folder.folder());
    }

    private Optional<Folder> difference(Folder before, int revision) throws InterruptedException {
      try {
        return before.advance(store, place, revision);
      } catch (Failure e) {
        LOGGER.debug("No difference to revision {} of {}; reading all of it", revision, store, e);
        return Optional.empty();
      }
    }

    /** Another repository of the same name: its revisions mean something else. */
    private void forget() {
      head = Optional.empty();
      synchronized (cache) {
        cache.clear();
      }
    }

    @Override
    public void confirm() {
      head.ifPresent(folder -> cell.set(folder.folder()));
    }

    @Override
    public void fail(String cause) {
      cell.fail(cause);
    }
  }
}
