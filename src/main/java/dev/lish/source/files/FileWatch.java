package dev.lish.source.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something in a directory changes: at once where the kernel tells us, else within half
 * a second (the target of a link, a network file system, a directory that comes later).
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
  private static final long POLL_MILLIS = 500;

  /** A writer seldom writes once. */
  private static final long SETTLE_MILLIS = 10;

  /** A directory that changes all the time is read all the same. */
  private static final int MOST_SETTLES = 20;

  private final Path directory;
  private final Supplier<String> fingerprint;
  private final Runnable changed;
  private final @Nullable WatchService kernel;
  private final Thread thread;
  private @Nullable WatchKey key;

  /** What the directory holds: a name that appears although it is here was renamed over. */
  private final Set<Path> names = new HashSet<>();

  private volatile boolean closed;

  /**
   * Starts to watch.
   *
   * @param fingerprint differs when what the watcher reads differs; compared at each poll
   * @param changed called on the watch's thread, once at the start, then after each change
   */
  FileWatch(String name, Path directory, Supplier<String> fingerprint, Runnable changed) {
    this.directory = directory.toAbsolutePath();
    this.fingerprint = fingerprint;
    this.changed = changed;
    kernel = open();
    thread = new Thread(this::loop, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void loop() {
    String last = "";
    boolean told = true;
    try (WatchService service = kernel) {
      while (!closed) {
        String now = fingerprint.get();
        if (told || !now.equals(last)) {
          last = now;
          guarded(changed);
        }
        told = await(service);
      }
    } catch (InterruptedException | ClosedWatchServiceException end) {
      LOG.trace("the watch of {} ends", directory, end);
    } catch (IOException e) {
      LOG.debug("the watch of {} could not be closed", directory, e);
    }
  }

  /** True when the kernel told of a change, or may have missed one; false after the poll's time. */
  private boolean await(@Nullable WatchService service) throws InterruptedException {
    if (service == null) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      return false;
    }
    if (key == null || !key.isValid()) {
      return register(service);
    }
    WatchKey signalled = service.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (signalled == null) {
      return false;
    }
    for (int i = 0; signalled != null; i++) {
      boolean whole = replaced(signalled.pollEvents());
      signalled.reset();
      signalled =
          whole || i >= MOST_SETTLES ? null : service.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return true;
  }

  /** True when a file took another's place: it is complete, so there is nothing to wait for. */
  private boolean replaced(List<WatchEvent<?>> events) {
    boolean replaced = false;
    for (WatchEvent<?> event : events) {
      if (!(event.context() instanceof Path name)) {
        list();
      } else if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
        replaced |= !names.add(name);
      } else if (event.kind() == StandardWatchEventKinds.ENTRY_DELETE) {
        names.remove(name);
      }
    }
    return replaced;
  }

  private void list() {
    names.clear();
    try (Stream<Path> all = Files.list(directory)) {
      all.forEach(file -> names.add(file.getFileName()));
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("{} cannot be listed, so every change is given time to settle", directory, e);
    }
  }

  private boolean register(WatchService service) throws InterruptedException {
    try {
      key =
          directory.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
      list();
      return true;
    } catch (IOException notThere) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      return false;
    }
  }

  /** A bug in what reads the file must not end the watch. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("a reader of files failed", e);
    }
  }

  private static @Nullable WatchService open() {
    try {
      return FileSystems.getDefault().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      // The usual cause is fs.inotify.max_user_instances.
      LOG.warn("changes of files are noticed by polling only: {}", e.getMessage());
      return null;
    }
  }
}
