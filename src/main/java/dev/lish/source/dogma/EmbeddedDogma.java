package dev.lish.source.dogma;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.centraldogma.server.CentralDogma;
import com.linecorp.centraldogma.server.CentralDogmaBuilder;
import com.linecorp.centraldogma.server.GracefulShutdownTimeout;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.util.FS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Central Dogma server in this process, for whoever has none: on loopback only, without
 * authentication, with its own editor page at {@code /}.
 */
public final class EmbeddedDogma implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedDogma.class);
  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 5;

  private final CentralDogma server;
  private final SimpleMeterRegistry meters;
  private final FileChannel lock;
  private final int port;

  private EmbeddedDogma(
      CentralDogma server, SimpleMeterRegistry meters, FileChannel lock, int port) {
    this.server = server;
    this.meters = meters;
    this.lock = lock;
    this.port = port;
  }

  /**
   * Starts the server and waits until it answers.
   *
   * @param dataDir its repositories; made when missing, kept over restarts
   * @param port 0 for a free one
   * @throws IOException with what was found and what was expected, when the port or the directory
   *     is in use, or the server does not start
   */
  public static EmbeddedDogma start(Path dataDir, int port) throws IOException {
    // JGit would measure the disk's time stamps for 3 s before the first repository opens.
    FS.FileStoreAttributes.setBackground(true);
    FileChannel lock = lock(dataDir);
    // A registry of its own: what an embedded server counts is not what Lish's operators look for.
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    CentralDogma server =
        new CentralDogmaBuilder(dataDir.toFile())
            .port(new InetSocketAddress(loopback(), port), SessionProtocol.HTTP)
            .gracefulShutdownTimeout(new GracefulShutdownTimeout(0, 0))
            .meterRegistry(meters)
            .build();
    try {
      server.start().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      release(server, meters, lock);
      throw notStarted(e, dataDir, port);
    }
    int active = server.activePorts().keySet().iterator().next().getPort();
    return new EmbeddedDogma(server, meters, lock, active);
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Stops the server, within 5 s. */
  @Override
  public void close() {
    release(server, meters, lock);
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
  }

  /** Central Dogma does not notice when two servers write to one directory. */
  private static FileChannel lock(Path dataDir) throws IOException {
    Files.createDirectories(dataDir);
    FileChannel channel =
        FileChannel.open(
            dataDir.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      LOGGER.debug("{} is locked by this process", dataDir, e);
    }
    channel.close();
    throw new IOException(
        dataDir + ": in use by another embedded Central Dogma (expected: one at a time)");
  }

  private static IOException notStarted(Exception failure, Path dataDir, int port) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof BindException) {
        return new IOException(
            "127.0.0.1:" + port + ": in use (expected: a free port for the embedded Central Dogma)",
            failure);
      }
    }
    String why =
        failure instanceof TimeoutException
            ? "did not start within " + START_SECONDS + " s"
            : "did not start: " + Failure.rootMessage(failure);
    return new IOException("embedded Central Dogma in " + dataDir + " " + why, failure);
  }

  private static void release(CentralDogma server, SimpleMeterRegistry meters, FileChannel lock) {
    CompletableFuture<Void> stopped = server.stop();
    try {
      stopped.get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOGGER.warn("The embedded Central Dogma did not stop cleanly: {}", Failure.rootMessage(e));
    }
    meters.close();
    try {
      lock.close();
    } catch (IOException e) {
      LOGGER.debug("Could not close the lock file", e);
    }
  }
}
