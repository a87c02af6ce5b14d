package dev.lish.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends the processes of a test and deletes its folder when the JVM is killed, which it cannot see
 * itself: a shell that reads its input, which ends with the JVM whatever ends that.
 *
 * <p>Each process writes its id before it becomes what was asked for, and becomes it only while the
 * file {@value #OPEN} is there. The watcher takes that file away first, so it knows of all that go
 * on.
 */
final class Watcher implements AutoCloseable {
  private static final String OPEN = "open";
  private static final long PATIENCE_SECONDS = 5;

  /** What a process is until its id is known. */
  private static final String BECOME = "echo $$ >pid && [ -e ../" + OPEN + " ] && exec \"$@\"";

  /**
   * $1: the folder. Ids are given to others after the end of a process, so its command line is
   * looked at too. What is killed may write a last file while the folder is being deleted.
   */
  private static final String WATCH =
      """
      trap '' HUP INT TERM
      while read -r line; do :; done
      rm -f "$1/open"
      for file in "$1"/*/pid; do
        read -r pid <"$file" || continue
        command=$(tr '\\0' ' ' <"/proc/$pid/cmdline" || ps -o args= -p "$pid")
        case $command in *"$1"*) kill -9 "$pid" ;; esac
      done
      for try in 1 2 3 4 5; do
        rm -rf "$1" && [ ! -e "$1" ] && exit 0
        sleep 1
      done
      """;

  /** A signal to the whole group of the JVM must not end the watcher, so it gets a session. */
  private static final String ALONE =
      "if command -v setsid >/dev/null; then exec setsid /bin/sh -c \"$1\" lish-test-watch \"$2\";"
          + " else exec /bin/sh -c \"$1\" lish-test-watch \"$2\"; fi";

  private final Process process;

  private Watcher(Process process) {
    this.process = process;
  }

  /** Watches over a folder, in which each process has a folder of its own. */
  static Watcher of(Path folder) throws IOException {
    Files.createFile(folder.resolve(OPEN));
    return new Watcher(
        new ProcessBuilder("/bin/sh", "-c", ALONE, "lish-test", WATCH, folder.toString())
            // Not the folder: it is to be deleted.
            .directory(Path.of("/").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** A command that is watched from its first moment on; it runs in its own folder. */
  static List<String> watched(List<String> command) {
    List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", BECOME, "lish-test-start"));
    all.addAll(command);
    return all;
  }

  /** Ends; the folder goes if it is still there. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // It has ended already.
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
