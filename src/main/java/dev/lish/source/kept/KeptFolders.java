package dev.lish.source.kept;

import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Mesh folders by revision, one file each, and which of them was head. */
final class KeptFolders {
  /** How many are kept when nobody says which are needed. */
  private static final int MOST_UNASKED = 20;

  private final Path folder;
  private final Path headFile;
  private final KeptFiles files;
  private final TreeSet<Revision> kept = new TreeSet<>();
  private Optional<Set<Revision>> retained = Optional.empty();
  private Optional<Revision> head;

  KeptFolders(Path folder, KeptFiles files) throws IOException {
    this.folder = folder;
    this.files = files;
    headFile = folder.resolve("head");
    KeptFiles.createPrivate(folder);
    try (Stream<Path> all = Files.list(folder)) {
      all.map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.matches("r[0-9]{1,9}"))
          .forEach(name -> kept.add(new Revision(Integer.parseInt(name.substring(1)))));
    }
    head = files.read(headFile, Format.REVISION);
  }

  synchronized void keep(MeshFolder mesh) {
    if (kept.add(mesh.revision())) {
      files.write(file(mesh.revision()), () -> Format.FOLDER.encode(mesh));
    }
  }

  /** The folder that was head last. */
  synchronized Optional<MeshFolder> head() {
    return head.flatMap(this::read);
  }

  /** It says which folder was head. */
  Path headFile() {
    return headFile;
  }

  /** Keeps the folder as head. */
  synchronized void head(MeshFolder mesh) {
    // Another repository may have another folder under the same number: written anew.
    kept.add(mesh.revision());
    files.write(file(mesh.revision()), () -> Format.FOLDER.encode(mesh));
    files.write(headFile, () -> Format.REVISION.encode(mesh.revision()));
    head = Optional.of(mesh.revision());
    drop();
  }

  Optional<MeshFolder> read(Revision revision) {
    return files.read(file(revision), Format.FOLDER);
  }

  synchronized void retain(Set<Revision> revisions) {
    retained = Optional.of(Set.copyOf(revisions));
    drop();
  }

  private void drop() {
    Set<Revision> needed =
        retained.orElseGet(
            () -> Set.copyOf(kept.descendingSet().stream().limit(MOST_UNASKED).toList()));
    for (Revision revision : Set.copyOf(kept)) {
      if (!needed.contains(revision) && !head.equals(Optional.of(revision))) {
        kept.remove(revision);
        files.delete(file(revision));
      }
    }
  }

  private Path file(Revision revision) {
    return folder.resolve("r" + revision);
  }
}
