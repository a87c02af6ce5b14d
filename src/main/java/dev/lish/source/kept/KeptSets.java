package dev.lish.source.kept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Sets that were served, one file each, named by type and version: what is equal in many groups is
 * kept once. The oldest go when all together take too much.
 */
final class KeptSets {
  private static final int MOST = 4_096;

  private final Path folder;
  private final KeptFiles files;
  private final long mostBytes;

  /** File to its size in bytes, oldest first. */
  private final Map<Path, Long> kept = new LinkedHashMap<>();

  private long bytes;

  KeptSets(Path folder, KeptFiles files, long mostBytes) throws IOException {
    this.folder = folder;
    this.files = files;
    this.mostBytes = mostBytes;
    KeptFiles.trim(folder, MOST);
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      // Others are leftovers of a write that a crash ended.
      all.filter(file -> !String.valueOf(file.getFileName()).startsWith(".")).forEach(found::add);
    }
    found.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
    for (Path file : found) {
      add(file, Files.size(file));
    }
    trim();
  }

  synchronized void keep(KeptSet set) {
    Path file = folder.resolve(set.type().label() + "-" + set.version());
    Long size = kept.remove(file);
    if (size != null) {
      // It counts as new again, and need not be written.
      kept.put(file, size);
      return;
    }
    add(file, set.size());
    files.write(file, () -> Format.SET.encode(set));
    trim();
  }

  /** Those that can be read, oldest first. Reads the disk. */
  synchronized List<KeptSet> all() {
    List<KeptSet> all = new ArrayList<>();
    for (Path file : kept.keySet()) {
      files.read(file, Format.SET).ifPresent(all::add);
    }
    return all;
  }

  private void add(Path file, long size) {
    kept.put(file, size);
    bytes += size;
  }

  private void trim() {
    var oldest = kept.entrySet().iterator();
    while (kept.size() > MOST || (bytes > mostBytes && kept.size() > 1)) {
      Map.Entry<Path, Long> gone = oldest.next();
      bytes -= gone.getValue();
      files.delete(gone.getKey());
      oldest.remove();
    }
  }
}
