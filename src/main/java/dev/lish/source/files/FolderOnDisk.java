package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.Revision;
import dev.lish.source.MeshFolder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Reads a mesh folder from disk, as Git and Central Dogma would hold it. */
public final class FolderOnDisk extends SimpleFileVisitor<Path> {
  /** Above what a mesh file may have, so that the render says what is wrong with a large one. */
  private static final long MAX_FILE = 32L << 20;

  private static final long MAX_ALL = 512L << 20;
  private static final int MAX_FILES = 100_000;

  private final Path root;
  private final TreeMap<String, ByteString> files = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private long bytes;

  private FolderOnDisk(Path root) {
    this.root = root;
  }

  /**
   * What came of reading.
   *
   * @param problems files that were left out, and why
   */
  public record Reading(MeshFolder folder, List<Problem> problems) {
    /** Copies the list. */
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads the folder. Hidden files are passed over; links may lead to files of the same folder.
   *
   * @throws IOException naming the folder, when it is not there or far too large
   */
  public static Reading read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      String found = Files.exists(folder) ? ": not a folder" : ": no such folder";
      throw new IOException(folder + found + " (expected: a mesh folder)");
    }
    FolderOnDisk reader = new FolderOnDisk(folder.toRealPath());
    Files.walkFileTree(reader.root, reader);
    return new Reading(new MeshFolder(Revision.NONE, reader.files), reader.problems);
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return !folder.equals(root) && isHidden(folder)
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (isHidden(file)) {
      return FileVisitResult.CONTINUE;
    }
    if (attributes.isSymbolicLink()) {
      visitLink(file);
    } else if (attributes.isRegularFile()) {
      add(file, file);
    }
    return FileVisitResult.CONTINUE;
  }

  /** A link may lead to a file of the same folder, never out of it. */
  private void visitLink(Path link) throws IOException {
    Path target;
    try {
      target = link.toRealPath();
    } catch (IOException e) {
      problems.add(
          Problem.of(
              ProblemKind.UNREADABLE_FILE, name(link), 0, "a link to nothing (expected: a file)"));
      return;
    }
    if (!target.startsWith(root)) {
      problems.add(
          Problem.of(
              ProblemKind.UNREADABLE_FILE,
              name(link),
              0,
              "a link out of the folder (expected: a file in it)"));
    } else if (Files.isRegularFile(target)) {
      add(link, target);
    } else {
      problems.add(
          Problem.of(
              ProblemKind.UNREADABLE_FILE, name(link), 0, "a link to a folder (expected: a file)"));
    }
  }

  private void add(Path file, Path content) throws IOException {
    long size = Files.size(content);
    if (size > MAX_FILE) {
      problems.add(
          Problem.of(
              ProblemKind.UNREADABLE_FILE,
              name(file),
              0,
              size + " bytes (expected: up to " + (MAX_FILE >> 20) + " MiB)"));
      return;
    }
    bytes += size;
    if (bytes > MAX_ALL || files.size() == MAX_FILES) {
      throw new IOException(
          root
              + ": more than "
              + (MAX_ALL >> 20)
              + " MiB or "
              + MAX_FILES
              + " files (expected: a mesh folder)");
    }
    files.put(name(file), ByteString.copyFrom(Files.readAllBytes(content)));
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
