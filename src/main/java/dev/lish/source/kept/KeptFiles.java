package dev.lish.source.kept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.lish.model.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are whole or not there: written on a thread of their own, to a new file that then
 * takes the name, with a checksum. Only the newest content of a file is written when there are
 * several to be written.
 */
final class KeptFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptFiles.class);
  private static final int HEADER = 16;
  private static final long RETRY_SECONDS = 10;
  private static final long REGULAR_SECONDS = 10;

  /**
   * What is written in the background waits until what caused it was sent: the file system forces
   * one file at a time to the disk, and that of the guard is awaited.
   */
  private static final long DELAY_MILLIS = 50;

  private final ScheduledThreadPoolExecutor thread;

  /** To be written; an empty content deletes. */
  private final Map<Path, Supplier<Optional<byte[]>>> pending = new LinkedHashMap<>();

  private final List<Runnable> regular = new CopyOnWriteArrayList<>();
  private volatile Optional<String> trouble = Optional.empty();

  KeptFiles() {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread t = new Thread(task, "kept");
              t.setDaemon(true);
              return t;
            });
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Writes the content soon; it is encoded on the writing thread. */
  void write(Path file, Supplier<byte[]> content) {
    enqueue(file, () -> Optional.of(content.get()));
  }

  void delete(Path file) {
    enqueue(file, Optional::empty);
  }

  /** The value that was written last, or is about to be; empty when there is none, or broken. */
  <T> Optional<T> read(Path file, Format<T> format) {
    Optional<byte[]> content = read(file);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(format.decode(content.get()));
    } catch (IOException e) {
      broken(file, e.toString());
      return Optional.empty();
    }
  }

  private Optional<byte[]> read(Path file) {
    Supplier<Optional<byte[]>> waiting;
    synchronized (pending) {
      waiting = pending.get(file);
    }
    if (waiting != null) {
      return waiting.get();
    }
    try {
      byte[] all = Files.readAllBytes(file);
      byte[] content = Arrays.copyOfRange(all, Math.min(HEADER, all.length), all.length);
      if (all.length >= HEADER && Arrays.equals(all, 0, HEADER, header(content), 0, HEADER)) {
        return Optional.of(content);
      }
      broken(file, "its checksum is wrong");
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      broken(file, e.toString());
    }
    return Optional.empty();
  }

  private static void broken(Path file, String why) {
    LOG.warn("{} is ignored: {}", file, why);
  }

  /** Why the last write failed; empty when it did not. */
  Optional<String> trouble() {
    return trouble;
  }

  Executor executor() {
    return thread;
  }

  /** Runs it on the writing thread every ten seconds, and after the last file was written. */
  void regularly(Runnable task) {
    regular.add(task);
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(task, REGULAR_SECONDS, REGULAR_SECONDS, TimeUnit.SECONDS);
  }

  /** Gives the file this time, if it is there. */
  void date(Path file, Instant at) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(at));
    } catch (IOException e) {
      LOG.trace("{} has no time", file, e);
    }
  }

  /** The time of the file; empty when it is not there. */
  Optional<Instant> time(Path file) {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Writes what is to be written, and ends. */
  @Override
  public void close() {
    thread.execute(this::drain);
    thread.execute(() -> regular.forEach(Runnable::run));
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("not everything was written within 5 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void enqueue(Path file, Supplier<Optional<byte[]>> content) {
    boolean first;
    synchronized (pending) {
      first = pending.isEmpty();
      pending.put(file, content);
    }
    try {
      if (first) {
        ScheduledFuture<?> unused =
            thread.schedule(this::drain, DELAY_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (RejectedExecutionException closed) {
      LOG.trace("{} is not written any more", file, closed);
    }
  }

  private void drain() {
    while (true) {
      Map.Entry<Path, Supplier<Optional<byte[]>>> next;
      synchronized (pending) {
        if (pending.isEmpty()) {
          return;
        }
        // A copy: the map's own entry would show a newer content that was not written yet.
        next = Map.Entry.copyOf(pending.entrySet().iterator().next());
      }
      try {
        Optional<byte[]> content = next.getValue().get();
        if (content.isPresent()) {
          replace(next.getKey(), content.get());
        } else {
          Files.deleteIfExists(next.getKey());
        }
      } catch (IOException e) {
        troubled(next.getKey(), e);
        return;
      } catch (RuntimeException e) {
        // A bug of ours in encoding; it must not keep the other files from being written.
        LOG.error("{} cannot be encoded", next.getKey(), e);
      }
      synchronized (pending) {
        pending.remove(next.getKey(), next.getValue());
      }
      if (trouble.isPresent()) {
        trouble = Optional.empty();
        LOG.info("{} can be written again", next.getKey().getParent());
      }
    }
  }

  /** Serving goes on; what waits is tried again. Its size is bounded by what there is to keep. */
  private void troubled(Path file, IOException e) {
    if (trouble.isEmpty()) {
      LOG.error("{} cannot be written: a restart would not know what is current", file, e);
    }
    trouble = Optional.of(file + " cannot be written: " + e);
    try {
      ScheduledFuture<?> unused = thread.schedule(this::drain, RETRY_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.trace("{} is not tried again", file, closed);
    }
  }

  static void replace(Path file, byte[] content) throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      throw new IOException(file + " (expected: a file in a folder)");
    }
    createPrivate(folder);
    Path next = folder.resolve("." + file.getFileName() + ".next");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel out = FileChannel.open(next, StandardOpenOption.WRITE)) {
      ByteBuffer[] parts = {ByteBuffer.wrap(header(content)), ByteBuffer.wrap(content)};
      while (parts[0].hasRemaining() || parts[1].hasRemaining()) {
        out.write(parts);
      }
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The new name itself must reach the disk too.
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Deletes the oldest files of a folder beyond this many. */
  static void trim(Path folder, int most) throws IOException {
    createPrivate(folder);
    List<Path> all;
    try (Stream<Path> listed = Files.list(folder)) {
      all = listed.toList();
    }
    if (all.size() > most) {
      List<Path> byAge = new ArrayList<>(all);
      Map<Path, Long> ages = new HashMap<>();
      for (Path file : all) {
        ages.put(file, Files.getLastModifiedTime(file).toMillis());
      }
      byAge.sort(Comparator.comparing(file -> ages.getOrDefault(file, 0L)));
      for (Path file : byAge.subList(0, all.size() - most)) {
        Files.deleteIfExists(file);
      }
    }
  }

  static void createPrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private static byte[] header(byte[] content) {
    ContentHash hash = ContentHash.of("lish".getBytes(US_ASCII), content);
    return ByteBuffer.allocate(HEADER).putLong(hash.high()).putLong(hash.low()).array();
  }
}
