package dev.lish.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A started program whose output goes to a file, and which never outlives this JVM. */
final class Child implements AutoCloseable {
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
  private static final long PATIENCE_SECONDS = 5;

  static {
    // The last net, for a test that was interrupted: a hook runs on Ctrl-C and on System.exit.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path output;

  private Child(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static Child start(Path folder, Path output, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
      RUNNING.add(process);
      return new Child(process, output);
    } catch (IOException e) {
      throw new AssertionError("cannot start " + command, e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + output, e);
    }
  }

  /** Fails with the program's own words when it has ended. */
  void assertAlive() {
    if (!process.isAlive()) {
      throw new AssertionError(
          process.info().command().orElse("the program")
              + " ended with "
              + process.exitValue()
              + ":\n"
              + output());
    }
  }

  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() {
    process.destroy();
    if (!ended()) {
      process.destroyForcibly();
    }
    awaitEnd();
  }

  private void awaitEnd() {
    if (!ended()) {
      throw new AssertionError("process " + process.pid() + " survives SIGKILL");
    }
    RUNNING.remove(process);
  }

  private boolean ended() {
    boolean interrupted = Thread.interrupted();
    try {
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return !process.isAlive();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
