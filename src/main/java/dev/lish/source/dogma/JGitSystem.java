package dev.lish.source.dogma;

import java.io.File;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.eclipse.jgit.util.time.MonotonicClock;

/**
 * What JGit sees of the machine: what Central Dogma lets it see, and a file to keep its measurement
 * of the disk's time stamps in.
 *
 * <p>JGit measures for 3 s before it opens the first repository, and wants to keep the result;
 * Central Dogma gives it no file for that, so it measures at every start and then prints a stack
 * trace.
 */
final class JGitSystem extends SystemReader {
  /** Its static initialiser installs Central Dogma's own reader, so it must have run before. */
  private static final String INSTALLER =
      "com.linecorp.centraldogma.server.internal.storage.repository.git.GitRepository";

  private final SystemReader seen;
  private final File measurements;

  private JGitSystem(SystemReader seen, File measurements) {
    this.seen = seen;
    this.measurements = measurements;
  }

  /** Call before Central Dogma starts. */
  static void install(Path dataDir) {
    FS.FileStoreAttributes.setBackground(true);
    try {
      Class.forName(INSTALLER);
    } catch (ClassNotFoundException e) {
      // Another version of Central Dogma: it starts all the same, only slower.
      return;
    }
    SystemReader current = SystemReader.getInstance();
    SystemReader below = current instanceof JGitSystem ours ? ours.seen : current;
    SystemReader.setInstance(new JGitSystem(below, dataDir.resolve(".jgit").toFile()));
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return new FileBasedConfig(parent, measurements, fs);
  }

  @Override
  public String getHostname() {
    return seen.getHostname();
  }

  @Override
  @SuppressWarnings("NullAway") // JGit reads null as "not set".
  public String getenv(String variable) {
    return seen.getenv(variable);
  }

  @Override
  @SuppressWarnings("NullAway") // JGit reads null as "not set".
  public String getProperty(String key) {
    return seen.getProperty(key);
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return seen.openUserConfig(parent, fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return seen.openSystemConfig(parent, fs);
  }

  @Override
  public long getCurrentTime() {
    return seen.getCurrentTime();
  }

  @Override
  public MonotonicClock getClock() {
    return seen.getClock();
  }

  @Override
  public int getTimezone(long when) {
    return seen.getTimezone(when);
  }
}
