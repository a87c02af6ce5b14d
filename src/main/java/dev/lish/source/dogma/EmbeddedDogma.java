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
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final int LARGEST_REQUEST = 64 << 20;

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
    check(port);
    FileChannel lock = lock(dataDir);
    JGitSystem.install(dataDir);
    // A registry of its own: what an embedded server counts is not what Lish's operators look for.
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    CentralDogma server =
        new CentralDogmaBuilder(dataDir.toFile())
            .port(new InetSocketAddress(loopback(), port), SessionProtocol.HTTP)
            // The first push of a big mesh is one request.
            .maxFrameLength(LARGEST_REQUEST)
            .gracefulShutdownTimeout(new GracefulShutdownTimeout(0, 0))
            .meterRegistry(meters)
            .build();
    try {
      server.start().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      release(server, port, meters, lock);
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      String why =
          e instanceof TimeoutException
              ? "did not start within " + START_SECONDS + " s"
              : "did not start: " + Failure.rootMessage(e);
      throw new IOException("embedded Central Dogma in " + dataDir + " " + why, e);
    }
    int active = server.activePorts().keySet().iterator().next().getPort();
    return new EmbeddedDogma(server, meters, lock, active);
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Stops the server: when this returns, its files are closed and its port is free. */
  @Override
  public void close() {
    release(server, port, meters, lock);
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

  /** Central Dogma itself would tell only after it has opened every repository. */
  private static void check(int port) throws IOException {
    if (port == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(loopback(), port));
    } catch (BindException e) {
      throw new IOException(
          "127.0.0.1:"
              + port
              + ": in use by another process (expected: a free port;"
              + " embedded_central_dogma.port in lish.yaml names another)",
          e);
    }
  }

  private static void release(
      CentralDogma server, int port, SimpleMeterRegistry meters, FileChannel lock) {
    CompletableFuture<Void> stopped = server.stop();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
      // The port is the last that Central Dogma gives up; what it does then, for two seconds, is
      // Netty waiting for nothing.
      while (!stopped.isDone() && accepts(port)) {
        if (System.nanoTime() > deadline) {
          LOGGER.warn("The embedded Central Dogma did not stop within {} s", STOP_SECONDS);
          break;
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    meters.close();
    try {
      lock.close();
    } catch (IOException e) {
      LOGGER.debug("Could not close the lock file", e);
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
