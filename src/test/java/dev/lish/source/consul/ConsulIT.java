package dev.lish.source.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Service;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The registry against a real Consul. */
class ConsulIT {
  private static ConsulProcess consul;
  private ConsulRegistry registry;

  @BeforeAll
  static void start() {
    consul = ConsulProcess.start();
  }

  @AfterAll
  static void stop() {
    if (consul != null) {
      consul.close();
    }
  }

  @BeforeEach
  void open() {
    registry =
        new ConsulRegistry(
            ConsulSettings.of("consul", URI.create(consul.address())),
            Clock.systemUTC(),
            List.of());
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void registeredInstanceAppearsAndDeregisteredOneLeaves() {
    Source<List<Instance>> source = watch("consul:comes");
    awaitInstances(source, List::isEmpty);
    register("comes", "c1", 9001, "passing", "\"Tags\": [\"v2\"], \"Meta\": {\"zone\": \"z1\"},");
    awaitInstances(source, list -> list.size() == 1 && list.get(0).health() == Health.PASSING);
    Instance one = source.state().last().orElseThrow().get(0);
    assertThat(one.address()).isEqualTo("127.0.0.1");
    assertThat(one.port()).isEqualTo(9001);
    assertThat(one.id()).endsWith("/c1");
    assertThat(one.locality().zone()).isEqualTo("z1");
    assertThat(one.metadata()).containsOnlyKeys("zone");
    consul.put("/v1/agent/service/deregister/c1", "");
    awaitInstances(source, List::isEmpty);
  }

  @Test
  void healthAndWeightFollowTheChecks() {
    Source<List<Instance>> source = watch("consul:checked");
    register("checked", "h1", 9002, "passing", "\"Weights\": {\"Passing\": 10, \"Warning\": 3},");
    awaitInstances(source, one(i -> i.health() == Health.PASSING && i.weight() == 10));
    consul.setStatus("h1", "warning");
    awaitInstances(source, one(i -> i.health() == Health.WARNING && i.weight() == 3));
    consul.setStatus("h1", "critical");
    awaitInstances(source, one(i -> i.health() == Health.CRITICAL && i.weight() == 10));
  }

  @Test
  void maintenanceOfServiceAndOfNodeIsMaintenance() {
    Source<List<Instance>> source = watch("consul:kept");
    register("kept", "m1", 9003, "passing", "");
    awaitInstances(source, one(i -> i.health() == Health.PASSING));
    consul.put("/v1/agent/service/maintenance/m1?enable=true&reason=disk", "");
    awaitInstances(source, one(i -> i.health() == Health.MAINTENANCE));
    consul.put("/v1/agent/service/maintenance/m1?enable=false", "");
    awaitInstances(source, one(i -> i.health() == Health.PASSING));
    consul.put("/v1/agent/maintenance?enable=true&reason=kernel", "");
    awaitInstances(source, one(i -> i.health() == Health.MAINTENANCE));
    consul.put("/v1/agent/maintenance?enable=false", "");
    awaitInstances(source, one(i -> i.health() == Health.PASSING));
  }

  @Test
  void tagFilters() {
    Source<List<Instance>> source = watch("consul:tagged?tag=v2");
    register("tagged", "t1", 9004, "passing", "\"Tags\": [\"v1\"],");
    register("tagged", "t2", 9005, "passing", "\"Tags\": [\"v2\", \"x\"],");
    awaitInstances(source, one(i -> i.port() == 9005));
  }

  @Test
  void instanceThatNoEnvoyCouldUseIsLeftOut() {
    Source<List<Instance>> source = watch("consul:portless");
    register("portless", "p1", 0, "passing", "");
    register("portless", "p2", 9006, "passing", "");
    awaitInstances(source, one(i -> i.port() == 9006));
    Await.until("it is named", () -> registry.leftOut().size() == 1);
    assertThat(registry.leftOut().get(0)).contains("portless", "p1", "port 0");
    assertThat(registry.problems().toString()).contains("left out", "p1");
  }

  @Test
  void catalogListsServicesWithTheirTags() {
    Source<List<Service>> source = registry.services();
    register("listed", "l1", 9007, "passing", "\"Tags\": [\"b\", \"a\"],");
    Await.until(
        "the catalog has it",
        () ->
            source.state().last().orElse(List.of()).stream()
                .anyMatch(s -> s.name().equals("listed") && s.tags().size() == 2));
    source.close();
  }

  @Test
  void unknownDatacenterAndUnknownParameterFailAlone() {
    Source<List<Instance>> elsewhere = watch("consul:consul?dc=nowhere");
    Source<List<Instance>> misspelt = watch("consul:consul?tags=x");
    Source<List<Instance>> fine = watch("consul:consul");
    awaitInstances(fine, list -> !list.isEmpty() || registry.leftOut().isEmpty());
    Await.until("it fails", () -> elsewhere.state().cause().contains("No path to datacenter"));
    assertThat(misspelt.state().cause()).contains("tags").contains("expected");
    assertThat(fine.state()).isInstanceOf(SourceState.Current.class);
  }

  private static void register(String service, String id, int port, String status, String more) {
    consul.put(
        "/v1/agent/service/register",
        """
        {"Name": "%s", "ID": "%s", "Address": "127.0.0.1", "Port": %d, %s
         "Check": {"CheckID": "check-%s", "TTL": "1h", "Status": "%s"}}
        """
            .formatted(service, id, port, more, id, status));
  }

  private Source<List<Instance>> watch(String query) {
    return registry.instances(DiscoveryQuery.parse(query));
  }

  private static Predicate<List<Instance>> one(Predicate<Instance> condition) {
    return list -> list.size() == 1 && condition.test(list.get(0));
  }

  private static void awaitInstances(
      Source<List<Instance>> source, Predicate<List<Instance>> condition) {
    Await.until(
        "instances are as expected",
        () ->
            source.state() instanceof SourceState.Current<List<Instance>> c
                && condition.test(c.value()));
  }
}
