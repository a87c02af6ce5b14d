package dev.lish.cli;

import dev.lish.source.files.FolderOnDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the mesh folder that an argument names. */
final class FolderReader {
  private FolderReader() {}

  /** Reads the folder; a folder that is not there, or is far too large, ends the command. */
  static FolderOnDisk.Reading read(Terminal terminal, String name) {
    Path given = terminal.resolve(name);
    if (!Files.isDirectory(given)) {
      throw Failure.world(name + (Files.exists(given) ? ": not a folder" : ": no such folder"));
    }
    try {
      return FolderOnDisk.read(given);
    } catch (IOException e) {
      throw Failure.world(name + ": cannot be read: " + e.getMessage());
    }
  }
}
