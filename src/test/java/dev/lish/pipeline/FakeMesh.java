package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.model.Revision;
import dev.lish.source.Cell;
import dev.lish.source.Commit;
import dev.lish.source.MeshFolder;
import dev.lish.source.MeshRepository;
import dev.lish.source.SourceState;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A mesh's repository in memory. */
final class FakeMesh implements MeshRepository {
  final Cell<MeshFolder> cell;
  private final Map<Revision, MeshFolder> older = new HashMap<>();
  private int asked;

  FakeMesh(Clock clock) {
    cell = new Cell<>(clock);
  }

  static MeshFolder folder(int revision, Map<String, String> files) {
    TreeMap<String, ByteString> content = new TreeMap<>();
    files.forEach((path, text) -> content.put(path, ByteString.copyFromUtf8(text)));
    return new MeshFolder(new Revision(revision), content);
  }

  synchronized void commit(MeshFolder folder) {
    older.put(folder.revision(), folder);
    cell.set(folder);
  }

  synchronized void has(MeshFolder folder) {
    older.put(folder.revision(), folder);
  }

  /** How often an older revision was asked for. */
  synchronized int asked() {
    return asked;
  }

  @Override
  public synchronized CompletableFuture<MeshFolder> at(Revision revision) {
    asked++;
    MeshFolder folder = older.get(revision);
    return folder == null
        ? CompletableFuture.failedFuture(new IOException("revision " + revision + " is not there"))
        : CompletableFuture.completedFuture(folder);
  }

  @Override
  public CompletableFuture<Commit> push(
      Revision base, Map<String, ByteString> files, String message, String author) {
    return CompletableFuture.completedFuture(new Commit.Refused("no pushes here"));
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
  public void close() {}
}
