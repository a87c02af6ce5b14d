package dev.lish.source.dogma;

import com.google.protobuf.ByteString;
import com.linecorp.centraldogma.common.Change;
import com.linecorp.centraldogma.common.ChangeType;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The mesh folder as it is in a repository, and how it got there.
 *
 * @param folder what the mesh reads
 * @param mirrors paths of the {@code mirror_state.json} files that Central Dogma's mirroring left
 *     in the folder or above it: whoever finds one must not commit
 */
record Folder(MeshFolder folder, SortedSet<String> mirrors) {
  /** Left by a mirror at its local path, with the Git commit that was mirrored last. */
  private static final String MIRROR_STATE = "mirror_state.json";

  /** More changed files than this, or a longer request: reading the whole folder is quicker. */
  private static final int MOST_CHANGES = 100;

  private static final int LONGEST_PATTERN = 6_000;

  Folder {
    mirrors = Collections.unmodifiableSortedSet(new TreeSet<>(mirrors));
  }

  /** Reads everything. */
  static Folder read(Store store, DogmaPlace place, int revision)
      throws Failure, InterruptedException {
    Builder builder = new Builder(place, new TreeMap<>(), new TreeSet<>());
    store.read(revision, patterns(place)).forEach(builder::put);
    return builder.build(revision);
  }

  /** Reads only what changed since; empty when that is too much, or cannot be told. */
  Optional<Folder> advance(Store store, DogmaPlace place, int revision)
      throws Failure, InterruptedException {
    List<Change<?>> changes = store.diff(folder.revision().number(), revision);
    Builder builder = new Builder(place, new TreeMap<>(folder.files()), new TreeSet<>(mirrors));
    Set<String> changed = new LinkedHashSet<>();
    for (Change<?> change : changes) {
      if (change.type() == ChangeType.RENAME) {
        return Optional.empty();
      } else if (change.type() == ChangeType.REMOVE) {
        builder.remove(change.path());
      } else if (builder.concerns(change.path())) {
        changed.add(change.path());
      }
    }
    if (changed.size() > MOST_CHANGES || String.join(",", changed).length() > LONGEST_PATTERN) {
      return Optional.empty();
    }
    if (!changed.isEmpty()) {
      // A diff tells a changed file as a patch; its content is read at exactly this revision.
      SortedMap<String, String> texts = store.read(revision, List.copyOf(changed));
      if (!texts.keySet().containsAll(changed)) {
        return Optional.empty();
      }
      texts.forEach(builder::put);
    }
    return Optional.of(builder.build(revision));
  }

  /** Whether a file of this name is a mirror's, not an operator's. */
  static boolean isMirrorState(String path) {
    return path.equals(MIRROR_STATE) || path.endsWith("/" + MIRROR_STATE);
  }

  private static List<String> patterns(DogmaPlace place) {
    List<String> patterns = new ArrayList<>();
    patterns.add(place.prefix() + "**");
    String above = place.path();
    while (above.length() > 1) {
      above = above.substring(0, above.lastIndexOf('/'));
      patterns.add(above + "/" + MIRROR_STATE);
    }
    return patterns;
  }

  /** Sorts paths of the repository into those of the folder, mirror states, and others. */
  private record Builder(
      DogmaPlace place, SortedMap<String, ByteString> files, SortedSet<String> mirrors) {
    boolean concerns(String path) {
      return isMirror(path) || path.startsWith(place.prefix());
    }

    void put(String path, String text) {
      if (isMirror(path)) {
        mirrors.add(path);
      } else if (path.startsWith(place.prefix())) {
        files.put(path.substring(place.prefix().length()), ByteString.copyFromUtf8(text));
      }
    }

    void remove(String path) {
      mirrors.remove(path);
      if (path.startsWith(place.prefix())) {
        files.remove(path.substring(place.prefix().length()));
      }
    }

    /**
     * At the folder, above it or in it: a mirror elsewhere in the repository is not our business.
     */
    private boolean isMirror(String path) {
      if (!isMirrorState(path)) {
        return false;
      }
      String at = path.substring(0, path.length() - MIRROR_STATE.length());
      return at.startsWith(place.prefix()) || place.prefix().startsWith(at);
    }

    Folder build(int revision) {
      return new Folder(new MeshFolder(new Revision(revision), files), mirrors);
    }
  }

  /** The files, by path without a leading slash. */
  Map<String, ByteString> files() {
    return folder.files();
  }
}
