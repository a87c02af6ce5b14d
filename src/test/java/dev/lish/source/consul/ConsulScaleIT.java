package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Instance;
import dev.lish.source.Source;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.ConsulProcess.Registration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand services through one agent that has its default limit of connections. */
class ConsulScaleIT {
  private static final int SERVICES = 1_000;
  private static final int MOST_CONNECTIONS = 150;
  private static final int CHANGES = 200;

  @Test
  @Timeout(240)
  void thousandServicesAreFollowedWithFewConnectionsAndThreads() throws IOException {
    try (ConsulProcess consul = ConsulProcess.start();
        ConsulRegistry registry =
            new ConsulRegistry(
                ConsulSettings.of("consul", URI.create(consul.address())),
                Clock.systemUTC(),
                List.of())) {
      for (int i = 0; i < SERVICES; i++) {
        consul.register(Registration.local(name(i), name(i), 10_000 + i), "passing");
      }
      int threadsBefore = Thread.activeCount();
      List<Source<List<Instance>>> sources = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < SERVICES; i++) {
        sources.add(registry.instances(DiscoveryQuery.parse("consul:" + name(i))));
      }
      AtomicInteger connections = new AtomicInteger();
      Await.until(
          "all services are known",
          Duration.ofSeconds(60),
          () -> {
            connections.accumulateAndGet(connectionsTo(consul.port()), Math::max);
            return sources.stream().allMatch(s -> s.state().last().orElse(List.of()).size() == 1);
          });
      long first = System.nanoTime() - start;
      List<Long> lags = new ArrayList<>();
      Random random = new Random(7);
      for (int change = 0; change < CHANGES; change++) {
        int which = random.nextInt(SERVICES);
        int port = 20_000 + change;
        long changed = System.nanoTime();
        consul.register(Registration.local(name(which), name(which), port), "passing");
        Await.until(
            "the change of " + name(which) + " is seen",
            () -> sources.get(which).state().last().orElseThrow().get(0).port() == port);
        lags.add(System.nanoTime() - changed);
        connections.accumulateAndGet(connectionsTo(consul.port()), Math::max);
      }
      Collections.sort(lags);
      System.out.printf(
          Locale.ROOT,
          "%d services: first read of all %d ms; %d changes: median %d ms, p95 %d ms, worst %d ms;"
              + " %d connections, %d more threads%n",
          SERVICES,
          millis(first),
          CHANGES,
          millis(lags.get(CHANGES / 2)),
          millis(lags.get(CHANGES * 95 / 100)),
          millis(lags.get(CHANGES - 1)),
          connections.get(),
          Thread.activeCount() - threadsBefore);
      assertThat(connections.get()).isBetween(10, MOST_CONNECTIONS);
      assertThat(Thread.activeCount() - threadsBefore).isLessThan(50);
      assertThat(millis(lags.get(CHANGES - 1))).isLessThan(10_000);
    }
  }

  private static String name(int i) {
    return "service-%04d".formatted(i);
  }

  private static long millis(long nanos) {
    return Duration.ofNanos(nanos).toMillis();
  }

  /** Established connections of this host's clients to the port, as the kernel lists them. */
  private static int connectionsTo(int port) throws IOException {
    String remote = ":%04X".formatted(port);
    int count = 0;
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (!Files.exists(Path.of(table))) {
        continue;
      }
      try (Stream<String> lines = Files.lines(Path.of(table))) {
        // Columns: slot, local address, remote address, state; 01 is ESTABLISHED.
        count +=
            (int)
                lines
                    .map(line -> line.strip().split("\\s+", -1))
                    .filter(c -> c.length > 3 && c[2].endsWith(remote) && c[3].equals("01"))
                    .count();
      }
    }
    return count;
  }
}
