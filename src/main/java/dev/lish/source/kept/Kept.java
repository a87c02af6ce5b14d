package dev.lish.source.kept;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.ContentHash;
import dev.lish.model.Problem;
import dev.lish.model.Revision;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.DrainChange;
import dev.lish.source.Hold;
import dev.lish.source.Instance;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.Registry;
import dev.lish.source.Release;
import dev.lish.source.Service;
import dev.lish.source.SharedRepository;
import dev.lish.source.SharedState;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The folder {@code data/}: what every source said last, and which whole sets Envoys may have, so
 * that a start finds it when the world is down. Writing happens on a thread of its own; when it
 * fails, serving goes on and {@link #trouble} says why.
 */
public final class Kept implements AutoCloseable {
  /** The number of the format of {@code data/}; the one before is read too. */
  public static final int FORMAT = 1;

  /** Queries that no mesh names any more stay until there are this many. */
  private static final int MOST_QUERIES = 10_000;

  private static final long MOST_SET_BYTES = 32L << 20;

  private final Path folder;
  private final Heard heard;
  private final KeptFiles files = new KeptFiles();
  private final KeptFolders folders;
  private final KeptSets sets;

  /**
   * Opens the folder, or makes it.
   *
   * @throws IOException when it cannot be used, or is of a format that this Lish does not know
   */
  public Kept(Path data, Clock clock) throws IOException {
    heard = new Heard(files, clock);
    folder = data.resolve("kept");
    checkFormat(data);
    KeptFiles.trim(folder.resolve("registries"), MOST_QUERIES);
    folders = new KeptFolders(folder.resolve("mesh"), files);
    sets = new KeptSets(folder.resolve("sets"), files, MOST_SET_BYTES);
  }

  /** The same registry, whose instances and services are known after a restart. */
  public Registry keep(Registry registry) {
    return new KeptRegistry(registry);
  }

  /** The same repository, whose head and kept revisions are known after a restart. */
  public MeshRepository keep(MeshRepository repository) {
    return new KeptMesh(repository);
  }

  /** The same repository, whose state is known after a restart. */
  public SharedRepository keep(SharedRepository repository) {
    return new KeptShared(repository);
  }

  /** The registry's catalog as it was kept last; empty when it never was. */
  public List<Service> services(String registry) {
    return files.read(catalog(registry), Format.SERVICES).orElse(List.of());
  }

  /** Keeps this folder, until {@link #retain} no longer names it. */
  public void keepFolder(MeshFolder mesh) {
    folders.keep(mesh);
  }

  /** The kept folder of this revision. Reads the disk. */
  public Optional<MeshFolder> folder(Revision revision) {
    return folders.read(revision);
  }

  /** Drops every kept folder but these and head. */
  public void retain(Set<Revision> revisions) {
    folders.retain(revisions);
  }

  /** Keeps a set that is served now; the oldest go when all take more than 32 MiB. */
  public void keepSet(KeptSet set) {
    sets.keep(set);
  }

  /** Sets that were served, oldest first. Reads the disk. */
  public List<KeptSet> sets() {
    return sets.all();
  }

  /** Why what is current cannot be written; empty when it can. */
  public Optional<String> trouble() {
    return files.trouble();
  }

  /** Writes what waits to be written, within 5 s. */
  @Override
  public void close() {
    files.close();
  }

  private static void checkFormat(Path data) throws IOException {
    KeptFiles.createPrivate(data);
    Path file = data.resolve("format");
    String found = Files.exists(file) ? Files.readString(file, UTF_8).strip() : "";
    if (found.isEmpty()) {
      Files.writeString(file, FORMAT + "\n", UTF_8);
      return;
    }
    int number;
    try {
      number = Integer.parseInt(found);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": " + found + " (expected: a number)", e);
    }
    if (number > FORMAT) {
      throw new IOException(
          file
              + ": "
              + number
              + " (expected: at most "
              + FORMAT
              + "; a newer Lish wrote this folder: run that one, or use another folder)");
    }
    if (number < FORMAT - 1) {
      throw new IOException(
          file + ": " + number + " (expected: " + (FORMAT - 1) + " or " + FORMAT + ")");
    }
    if (number < FORMAT) {
      Files.writeString(file, FORMAT + "\n", UTF_8);
    }
  }

  private <T> Source<T> keep(Source<T> source, Path file, Format<T> format) {
    return new KeptSource<>(
        source,
        files.read(file, format),
        file,
        heard,
        value -> files.write(file, () -> format.encode(value)));
  }

  private Path catalog(String registry) {
    return folder.resolve("registries").resolve(hash(registry) + ".services");
  }

  private Path query(DiscoveryQuery query) {
    return folder.resolve("registries").resolve(hash(query.toString()) + ".instances");
  }

  /** Names of registries and services may hold what no file name may. */
  private static String hash(String name) {
    return ContentHash.of(name.getBytes(UTF_8)).toString();
  }

  private final class KeptRegistry implements Registry {
    private final Registry registry;

    KeptRegistry(Registry registry) {
      this.registry = registry;
    }

    @Override
    public String name() {
      return registry.name();
    }

    @Override
    public Set<String> parameters() {
      return registry.parameters();
    }

    @Override
    public Source<List<Instance>> instances(DiscoveryQuery query) {
      return keep(registry.instances(query), query(query), Format.INSTANCES);
    }

    @Override
    public Source<List<Service>> services() {
      return keep(registry.services(), catalog(name()), Format.SERVICES);
    }

    @Override
    public List<Problem> problems() {
      return registry.problems();
    }

    @Override
    public List<String> heldServices() {
      return registry.heldServices();
    }

    @Override
    public void releaseServices() {
      registry.releaseServices();
    }

    @Override
    public void close() {
      registry.close();
    }
  }

  private final class KeptMesh implements MeshRepository {
    private final MeshRepository repository;
    private final Source<MeshFolder> head;

    KeptMesh(MeshRepository repository) {
      this.repository = repository;
      head = new KeptSource<>(repository, folders.head(), folders.headFile(), heard, folders::head);
    }

    @Override
    public CompletableFuture<MeshFolder> at(Revision revision) {
      if (!(repository.state() instanceof SourceState.Current<MeshFolder>)) {
        // It would be asked in vain, for as long as its time-outs say.
        return CompletableFuture.supplyAsync(() -> folder(revision), files.executor())
            .thenCompose(
                kept ->
                    kept.map(CompletableFuture::completedFuture)
                        .orElseGet(() -> repository.at(revision)));
      }
      return repository
          .at(revision)
          .exceptionallyComposeAsync(
              failure ->
                  folder(revision)
                      .map(CompletableFuture::completedFuture)
                      .orElseGet(() -> CompletableFuture.failedFuture(failure)),
              files.executor());
    }

    @Override
    public CompletableFuture<Commit> push(
        Revision base, Map<String, ByteString> content, String message, String author) {
      return repository.push(base, content, message, author);
    }

    @Override
    public SourceState<MeshFolder> state() {
      return head.state();
    }

    @Override
    public void watch(Runnable listener) {
      head.watch(listener);
    }

    @Override
    public void close() {
      head.close();
    }
  }

  private final class KeptShared implements SharedRepository {
    private final SharedRepository repository;
    private final Source<SharedState> state;

    KeptShared(SharedRepository repository) {
      this.repository = repository;
      state = keep(repository, folder.resolve("shared"), Format.SHARED);
    }

    @Override
    public CompletableFuture<Commit> putStage(
        Revision base, String stage, StageControl control, String summary) {
      return repository.putStage(base, stage, control, summary);
    }

    @Override
    public CompletableFuture<Commit> putHold(Revision base, Hold hold, String summary) {
      return repository.putHold(base, hold, summary);
    }

    @Override
    public CompletableFuture<Commit> putRelease(Revision base, Release release) {
      return repository.putRelease(base, release);
    }

    @Override
    public CompletableFuture<Commit> putMembership(
        Revision base, Revision membership, String by, String summary) {
      return repository.putMembership(base, membership, by, summary);
    }

    @Override
    public CompletableFuture<Commit> putDrain(DrainChange change) {
      return repository.putDrain(change);
    }

    @Override
    public SourceState<SharedState> state() {
      return state.state();
    }

    @Override
    public void watch(Runnable listener) {
      state.watch(listener);
    }

    @Override
    public void close() {
      state.close();
    }
  }
}
