package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many services with ten instances each in a real Consul, through a whole Lish: 200 services and
 * three seconds of changes at each build; 1,000 services, 10,000 instances, a minute and a storm of
 * 200 services with {@code -Dlish.scale=full}. How fast it is, {@code bench/README.md} tells.
 */
class ScaleIT {
  private static final boolean FULL = "full".equals(System.getProperty("lish.scale"));
  private static final int SERVICES = FULL ? 1_000 : 200;
  private static final int SECONDS = FULL ? 60 : 3;
  private static final int STORM = FULL ? 200 : 40;
  private static final int PER_SECOND = 100;

  /** How long at most the last change takes, on a loaded machine. */
  private static final Duration MOST_LAG = Duration.ofSeconds(10);

  /** What the changes may leave behind, in bytes; all assignments of the full form are 3 MiB. */
  private static final long MOST_GROWTH = 64L << 20;

  private static final int INSTANCES = 10;

  /** Consul takes 64 operations in a transaction. */
  private static final int MOST_OPERATIONS = 64;

  @TempDir Path folder;
  private final Set<String> critical = new HashSet<>();

  private static String service(int i) {
    return "service-%03d".formatted(i);
  }

  private Path mesh() throws IOException {
    Path mesh = folder.resolve("mesh");
    Files.createDirectories(mesh.resolve("edge/clusters"));
    Files.writeString(
        mesh.resolve("mesh.yaml"),
        """
        stages: [ { name: release } ]
        groups: [ { name: edge, resources: [ "edge/**" ] } ]
        guard: { settle: 1h }
        """);
    StringBuilder clusters = new StringBuilder();
    for (int i = 0; i < SERVICES; i++) {
      clusters.append(
          """
          ---
          name: %1$s
          type: EDS
          eds_cluster_config: { service_name: "consul:%1$s", eds_config: { ads: {}, resource_api_version: V3 } }
          """
              .formatted(service(i)));
    }
    Files.writeString(mesh.resolve("edge/clusters/all.yaml"), clusters.toString());
    return mesh;
  }

  /** One operation each for the service and its check. */
  private List<String> operations(int service, int instance) {
    String name = service(service);
    String id = name + "-" + instance;
    String status = critical.contains(id) ? "critical" : "passing";
    return List.of(
        """
        {"Service": {"Verb": "set", "Node": "host-%d", "Service": {"ID": "%s", "Service": "%s",
         "Address": "10.%d.%d.%d", "Port": 80}}}
        """
            .formatted(instance, id, name, instance, service / 250, service % 250),
        """
        {"Check": {"Verb": "set", "Check": {"Node": "host-%d", "CheckID": "%s", "Name": "up",
         "ServiceID": "%s", "Status": "%s"}}}
        """
            .formatted(instance, id, id, status));
  }

  private static void commit(ConsulProcess consul, List<String> operations) {
    for (int at = 0; at < operations.size(); at += MOST_OPERATIONS) {
      int end = Math.min(operations.size(), at + MOST_OPERATIONS);
      consul.put("/v1/txn", "[" + String.join(",", operations.subList(at, end)) + "]");
    }
  }

  private List<String> flip(int service, int instance) {
    String id = service(service) + "-" + instance;
    if (!critical.remove(id)) {
      critical.add(id);
    }
    return operations(service, instance);
  }

  private void fill(ConsulProcess consul) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      all.add(
          """
          {"Node": {"Verb": "set", "Node": {"Node": "host-%d", "Address": "10.0.0.%d"}}}
          """
              .formatted(i, i + 1));
    }
    for (int service = 0; service < SERVICES; service++) {
      for (int i = 0; i < INSTANCES; i++) {
        all.addAll(operations(service, i));
      }
    }
    commit(consul, all);
  }

  /** True when the client has each of its instances in the state that Consul has. */
  private boolean isCurrent(FakeEnvoy envoy, int service) {
    ClusterLoadAssignment assignment =
        envoy
            .assignment("consul:" + service(service))
            .orElse(ClusterLoadAssignment.getDefaultInstance());
    long down =
        assignment.getEndpointsList().stream()
            .flatMap(e -> e.getLbEndpointsList().stream())
            .filter(e -> e.getHealthStatus() == HealthStatus.UNHEALTHY)
            .count();
    long all = assignment.getEndpointsList().stream().mapToLong(e -> e.getLbEndpointsCount()).sum();
    long expected =
        IntStream.range(0, INSTANCES)
            .filter(i -> critical.contains(service(service) + "-" + i))
            .count();
    return all == INSTANCES && down == expected;
  }

  /** What is in use of the heap, in bytes: Lish, the client and this test. */
  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private void awaitCurrent(String what, FakeEnvoy envoy, Duration atMost) {
    Await.until(
        what, atMost, () -> IntStream.range(0, SERVICES).allMatch(i -> isCurrent(envoy, i)));
  }

  @Test
  @Timeout(600)
  void changesReachAClientAsOnlyWhatChangedAndAStormSettles() throws IOException {
    try (ConsulProcess consul = ConsulProcess.start()) {
      fill(consul);
      String settings =
          "registries: [ { name: consul, consul: { address: \"127.0.0.1:"
              + consul.port()
              + "\" } } ]";
      try (LishServer lish = LishServer.start(folder, mesh(), settings)) {
        lish.awaitReady();
        try (FakeEnvoy envoy = FakeEnvoy.connect(lish.xdsPort(), "edge-1", "edge", Map.of())) {
          envoy.awaitSome(ResourceType.CLUSTER);
          envoy.askEndpoints(
              IntStream.range(0, SERVICES)
                  .mapToObj(i -> "consul:" + service(i))
                  .toArray(String[]::new));
          awaitCurrent("all is there", envoy, Duration.ofSeconds(60));
          envoy.takeReceived();

          // A hundred a second, in half of the services.
          Set<String> changed = new TreeSet<>();
          long before = heap();
          int changes = PER_SECOND * SECONDS;
          long start = System.nanoTime();
          for (int i = 0; i < changes; i++) {
            int service = i * 7 % (SERVICES / 2);
            changed.add("consul:" + service(service));
            // Not the same instance at each round, or it were back where it was.
            commit(consul, flip(service, (i + i / (SERVICES / 2)) % INSTANCES));
            long due = start + Duration.ofMillis(1_000L / PER_SECOND * (i + 1)).toNanos();
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
              LockSupport.parkNanos(left);
            }
          }
          // What has piled up would take longer the longer the changes go on.
          awaitCurrent("all changes are there soon after the last", envoy, MOST_LAG);
          assertThat(heap() - before).as("bytes that stay").isLessThan(MOST_GROWTH);
          Map<String, Integer> received = envoy.takeReceived();
          assertThat(received.keySet()).isEqualTo(changed);
          assertThat(received.values().stream().mapToInt(n -> n).sum())
              .isLessThanOrEqualTo(changes);

          // A storm: every instance of a fifth of the services at once (of 200, or of 40).
          List<String> storm = new ArrayList<>();
          for (int service = 0; service < STORM; service++) {
            for (int i = 0; i < INSTANCES; i++) {
              storm.addAll(flip(service, i));
            }
          }
          commit(consul, storm);
          awaitCurrent("the storm has settled", envoy, Duration.ofSeconds(60));
          assertThat(envoy.takeReceived()).hasSize(STORM);
          assertThat(envoy.ended()).isFalse();
          assertThat(lish.get("/nodes").path("nodes")).hasSize(1);
        }
        lish.recorder().assertClean();
      }
    }
  }
}
