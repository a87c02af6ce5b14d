package dev.lish.source.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** What changes when a file changes, links followed. */
final class FileStamp {
  private FileStamp() {}

  /** Never fails; a file that is not there has a stamp too. */
  static String of(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.lastModifiedTime().to(TimeUnit.NANOSECONDS)
          + "/"
          + now.size()
          + "/"
          + now.fileKey();
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }
}
