package dev.lish.app;

import dev.lish.config.LishConfig;
import dev.lish.config.ServerTls;
import dev.lish.metrics.Meters;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS files of both doors: read before anything else starts, and again when they change. */
final class Certificates implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Certificates.class);

  /** Reading a few small files costs next to nothing, and comparing contents never errs. */
  private static final long LOOK_SECONDS = 1;

  private final Optional<TlsMaterial> xds;
  private final Optional<TlsMaterial> admin;
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lish-tls");
            thread.setDaemon(true);
            return thread;
          });

  private Certificates(Optional<TlsMaterial> xds, Optional<TlsMaterial> admin) {
    this.xds = xds;
    this.admin = admin;
    List<TlsMaterial> all = Stream.of(xds, admin).flatMap(Optional::stream).toList();
    var unused =
        refresher.scheduleWithFixedDelay(
            () -> all.forEach(Certificates::refresh), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  /** Reads them for the first time. */
  static Certificates read(LishConfig.Ports ports) throws StartException {
    return new Certificates(
        material("xds.tls", ports.xds().tls()), material("admin.tls", ports.admin().tls()));
  }

  private static Optional<TlsMaterial> material(String name, Optional<ServerTls> tls)
      throws StartException {
    if (tls.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new TlsMaterial(name, tls.get()));
    } catch (IOException e) {
      throw new StartException(name + ": " + e.getMessage(), e);
    }
  }

  private static void refresh(TlsMaterial material) {
    try {
      material.refresh();
    } catch (RuntimeException e) {
      // Thrown on, it would end all looks to come.
      log.error("a bug in Lish: the TLS files were not read again", e);
    }
  }

  /** Tells how long each certificate is still good for. */
  void tell(Meters meters) {
    xds.ifPresent(material -> meters.certificate("xds", () -> material.current().expires()));
    admin.ifPresent(material -> meters.certificate("admin", () -> material.current().expires()));
  }

  /** Of the port for Envoys; empty: cleartext. */
  Optional<TlsMaterial> xds() {
    return xds;
  }

  /** Of the port for people; empty: cleartext. */
  Optional<TlsMaterial> admin() {
    return admin;
  }

  @Override
  public void close() {
    refresher.shutdownNow();
  }
}
