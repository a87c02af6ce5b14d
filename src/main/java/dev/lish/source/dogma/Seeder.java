package dev.lish.source.dogma;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.Commit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Puts a first mesh into a repository that has nothing but its initial commit. */
public final class Seeder {
  private static final int INITIAL = 1;

  private final Store store;
  private final DogmaPlace place;
  private final Workers workers;

  Seeder(Store store, DogmaPlace place, Workers workers) {
    this.store = store;
    this.place = place;
    this.workers = workers;
  }

  /**
   * Makes the project and the repository where they are missing, and puts the files there when the
   * repository has nothing but its initial commit. Never fails: the outcome says what happened.
   *
   * @param files path without a leading slash to content
   */
  public CompletableFuture<Seeding> seed(Map<String, ByteString> files) {
    Map<String, ByteString> copy = Map.copyOf(files);
    return workers
        .ask(() -> run(copy))
        .exceptionally(e -> new Seeding.Failed(Failure.rootMessage(e)));
  }

  private Seeding run(Map<String, ByteString> files) throws InterruptedException {
    try {
      int head = head();
      if (head == INITIAL && !files.isEmpty()) {
        Commit commit =
            new Push(store, place, this::read).run(INITIAL, files, "Seed the mesh", "lish");
        head = store.head();
        if (head == INITIAL || commit instanceof Commit.Done) {
          return outcome(commit);
        }
        // Another replica was first.
      }
      return compare(read(head), files);
    } catch (Failure e) {
      return new Seeding.Failed(e.getMessage());
    }
  }

  private static Seeding outcome(Commit commit) {
    return commit.match(
        unchanged -> new Seeding.Same(unchanged.revision()),
        done -> new Seeding.Seeded(done.revision()),
        rejected -> new Seeding.Failed(rejected.problems().toString()),
        refused -> new Seeding.Failed(refused.message()),
        unreachable -> new Seeding.Failed(unreachable.cause()));
  }

  private int head() throws Failure, InterruptedException {
    try {
      return store.head();
    } catch (Failure e) {
      if (!e.isAbsence()) {
        throw e;
      }
      store.create();
      return store.head();
    }
  }

  private Folder read(int revision) throws Failure, InterruptedException {
    return Folder.read(store, place, revision);
  }

  private static Seeding compare(Folder folder, Map<String, ByteString> files) {
    Revision revision = folder.folder().revision();
    TreeSet<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(folder.files().keySet());
    List<String> different =
        paths.stream()
            .filter(
                path -> {
                  ByteString wanted = files.get(path);
                  return wanted == null
                      || !Push.same(path, Optional.ofNullable(folder.files().get(path)), wanted);
                })
            .toList();
    return different.isEmpty()
        ? new Seeding.Same(revision)
        : new Seeding.Differs(revision, different);
  }
}
