package dev.lish.trial;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What a test must not leave behind: processes and the folder with their files. All of it is gone
 * when this is closed, when the JVM ends by Ctrl-C, SIGTERM or a bug, and, by its {@link Watcher},
 * when it is killed. Safe for use by several threads.
 */
final class Leftovers implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  private final Path folder;
  private final Set<Process> processes = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::clean, "lish-test-stop");
  private final Watcher watcher;
  private volatile boolean closing;

  Leftovers() throws TrialException {
    try {
      folder = Files.createTempDirectory("lish-test-" + ProcessHandle.current().pid() + "-");
    } catch (IOException e) {
      throw new TrialException("no temporary folder: " + e.getMessage(), e);
    }
    try {
      watcher = Watcher.of(folder);
    } catch (IOException e) {
      delete(folder);
      throw new TrialException("/bin/sh: cannot be started: " + e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** A folder of its own for each name. */
  Path folder(String name) throws TrialException {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new TrialException("no temporary folder: " + e.getMessage(), e);
    }
  }

  /**
   * Starts a process, whose end is sure from here on.
   *
   * @param builder with a working folder of {@link #folder} that no other process has
   */
  Process start(ProcessBuilder builder) throws TrialException {
    try {
      synchronized (processes) {
        if (closing) {
          throw new TrialException("the test is being ended");
        }
        Process process = builder.command(Watcher.watched(builder.command())).start();
        processes.add(process);
        return process;
      }
    } catch (IOException e) {
      throw new TrialException("/bin/sh: cannot be started: " + e.getMessage(), e);
    }
  }

  /** Ends these together, by force where they do not end by themselves. */
  void end(List<Process> ending) {
    ending.forEach(Process::destroy);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (Process process : ending) {
      if (!ended(process, end - System.nanoTime())) {
        process.destroyForcibly();
        ended(process, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
      }
      processes.remove(process);
    }
  }

  private static boolean ended(Process process, long nanos) {
    boolean interrupted = Thread.interrupted();
    try {
      return process.waitFor(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void clean() {
    synchronized (processes) {
      closing = true;
    }
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> ended(process, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)));
    processes.clear();
    delete(folder);
    watcher.close();
  }

  private static void delete(Path root) {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path directory, @org.jspecify.annotations.Nullable IOException e)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.err.println("lish: " + root + " could not be deleted: " + e);
    }
  }

  @Override
  public void close() {
    clean();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook runs or has run.
    }
  }
}
