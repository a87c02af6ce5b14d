package dev.lish.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder of what must survive a restart; one process at a time uses it. */
final class DataFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Makes the folder if it is not there, and locks it.
   *
   * @throws StartException when it cannot be written, or another process uses it
   */
  static DataFolder open(Path path) throws StartException {
    FileChannel channel;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new StartException("data_dir: " + path + " cannot be written: " + reason(e), e);
    }
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DataFolder(path, channel, lock);
      }
    } catch (IOException | OverlappingFileLockException e) {
      close(channel);
      throw new StartException("data_dir: " + path + " cannot be locked: " + e.getMessage(), e);
    }
    close(channel);
    throw new StartException(
        "data_dir: " + path + " is in use by another Lish (expected: one process per folder)");
  }

  private static String reason(IOException e) {
    // The message of these is the path alone.
    boolean pathOnly =
        e instanceof FileSystemException f && f.getReason() == null && f.getMessage() != null;
    return pathOnly
        ? e.getClass().getSimpleName().replace("Exception", "")
        : String.valueOf(e.getMessage());
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  Path path() {
    return path;
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      // The lock ends with the process in any case.
      return;
    } finally {
      close(channel);
    }
  }
}
