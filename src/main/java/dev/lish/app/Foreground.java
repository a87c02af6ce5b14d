package dev.lish.app;

import dev.lish.config.LishConfig;
import dev.lish.model.GroupRule;
import dev.lish.model.SnapshotKey;
import dev.lish.pipeline.View;
import dev.lish.snapshot.Snapshot;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs Lish in the foreground of a terminal: tells what to do next, and stops on a signal. */
public final class Foreground {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** A demo without its mesh shows nothing, so a slow machine gets its time. */
  private static final Duration DEMO_PATIENCE = Duration.ofSeconds(90);

  /**
   * This long after the streams' own time the process ends, whatever is still being closed; service
   * managers kill later.
   */
  private static final Duration STOP = Duration.ofSeconds(10);

  private final PrintStream out;
  private final Clock clock;
  private final Map<String, String> environment;
  private final Checkout checkout;

  /** Tells people on this stream. */
  public Foreground(
      PrintStream out, Clock clock, Map<String, String> environment, Checkout checkout) {
    this.out = out;
    this.clock = clock;
    this.environment = environment;
    this.checkout = checkout;
  }

  /**
   * Serves until SIGTERM or Ctrl-C.
   *
   * @param demo true: with the sample's upstreams and an Envoy
   * @throws StartException when a part cannot start
   */
  public void run(LishConfig config, boolean demo) throws StartException {
    Parts parts = new Parts();
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stopped.countDown();
              awaitQuietly(closed, config.ports().xds().limits().stopTime().plus(STOP));
            },
            "lish-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Lish lish = parts.add(Lish.start(config, clock));
      awaitReady(lish, stopped, demo ? DEMO_PATIENCE : PATIENCE);
      if (stopped.getCount() == 0) {
        return;
      }
      tellServing(lish);
      boolean envoy = demo && new Demo(out, environment, checkout).start(lish, parts);
      if (!envoy) {
        tellNext(lish.view());
      }
      out.flush();
      awaitStop(stopped);
    } finally {
      parts.close();
      closed.countDown();
    }
  }

  /** A start is a matter of a second; what takes longer is told, and does not hold anything up. */
  private void awaitReady(Lish lish, CountDownLatch stopped, Duration patience) {
    Instant end = clock.instant().plus(patience);
    boolean waits = true;
    try {
      while (waits) {
        boolean ready = lish.view().notReady().isEmpty();
        waits =
            !ready && clock.instant().isBefore(end) && !stopped.await(20, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tellServing(Lish lish) {
    View view = lish.view();
    out.println();
    if (view.notReady().isEmpty()) {
      out.println("Lish serves");
    } else {
      out.println("Lish is up, but not ready:");
      view.notReady().forEach(reason -> out.println("  " + reason));
    }
    for (View.Stage stage : view.stages()) {
      stage
          .serving()
          .ifPresent(
              revision ->
                  out.printf(
                      "  stage %-10s revision %s, groups %s%n",
                      stage.name(), revision, groups(view, stage.name())));
    }
    String host = host(lish.config().ports().xds().address());
    out.printf("  xDS and access logs   %s:%d%n", host, lish.ports().xds());
    String scheme = lish.config().ports().admin().tls().isPresent() ? "https" : "http";
    out.printf(
        "  page, API, metrics    %s://%s:%d/%n",
        scheme, host(lish.config().ports().admin().address()), lish.ports().admin());
    lish.ports()
        .dogma()
        .ifPresent(port -> out.printf("  Central Dogma         http://127.0.0.1:%d/%n", port));
    out.flush();
  }

  private void tellNext(View view) {
    firstKey(view)
        .ifPresent(
            key ->
                out.printf(
                    "Next, an Envoy:%n  %s bootstrap --node-id me --node-cluster %s \\%n   %s > envoy.yaml%n"
                        + "  envoy -c envoy.yaml%n",
                    checkout.command(), Identity.cluster(view, key), Identity.localityFlag(key)));
  }

  private static String groups(View view, String stage) {
    List<GroupRule> groups = view.assignment().groups().getOrDefault(stage, List.of());
    return String.join(", ", groups.stream().map(GroupRule::name).toList());
  }

  private static String host(String address) {
    boolean everywhere = address.equals("0.0.0.0") || address.equals("::");
    String host = everywhere ? HostName.get() : address;
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static Optional<SnapshotKey> firstKey(View view) {
    return Identity.key(view)
        .filter(key -> view.assignment().snapshot(key).map(Snapshot::key).isPresent());
  }

  private static void awaitStop(CountDownLatch stopped) {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitQuietly(CountDownLatch closed, Duration atMost) {
    try {
      if (!closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("Lish did not stop within " + atMost.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
