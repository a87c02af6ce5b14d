package dev.lish.source.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Problem;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Health;
import dev.lish.source.Instance;
import dev.lish.source.Registry;
import dev.lish.source.RegistryContract;
import dev.lish.source.Service;
import dev.lish.source.Source;
import dev.lish.source.SourceState;
import dev.lish.source.web.Tls;
import dev.lish.testing.Await;
import dev.lish.testing.JsonServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpRegistryIT extends RegistryContract {
  private static final DiscoveryQuery QUERY = DiscoveryQuery.parse("inventory:a");
  private static final HttpSettings.Limits QUICK =
      new HttpSettings.Limits(Duration.ofMillis(20), Duration.ofSeconds(10), 4_096);

  private final JsonServer server = new JsonServer();
  private final Map<String, List<Filled>> filled = new TreeMap<>();
  private volatile String token = "first";
  private final HttpRegistry registry;

  HttpRegistryIT() {
    server.body = "{\"instances\": []}";
    Mapping mapping = Mapping.of(Optional.empty(), Map.of(), Map.of("down", Health.CRITICAL));
    registry =
        new HttpRegistry(
            HttpSettings.of("inventory", server.url(), mapping)
                .withLimits(QUICK)
                .withAccess(
                    Optional.of(new HttpSettings.Header("authorization", () -> token)),
                    Tls.PLATFORM),
            Clock.systemUTC(),
            List.of());
  }

  @AfterEach
  void close() {
    registry.close();
    server.close();
  }

  @Override
  protected Registry registry() {
    return registry;
  }

  @Override
  protected void fill(String service, List<Filled> instances) {
    filled.put(service, instances);
    List<String> all = new ArrayList<>();
    filled.forEach(
        (name, list) ->
            list.forEach(
                i ->
                    all.add(
                        """
                        {"service": "%s", "address": "127.0.0.1", "port": %d, "tags": ["%s"],
                         "health": "%s", "weight": %d, "zone": "%s", "metadata": {"version": "%s"}}
                        """
                            .formatted(
                                name,
                                i.port(),
                                i.tag(),
                                i.health().name().toLowerCase(Locale.ROOT),
                                i.weight(),
                                i.zone(),
                                i.version()))));
    server.body = "{\"instances\": [" + String.join(",", all) + "]}";
  }

  @Override
  protected void breakOff() {
    server.status = 500;
  }

  @Override
  protected void mend() {
    server.status = 200;
  }

  @Test
  void whatDidNotChangeIsNotSentAgainWhereThereIsATag() {
    Await.until("not modified", () -> server.statuses.contains(304));
    server.tagged = false;
    server.statuses.clear();
    server.body = one(9001);
    try (Source<List<Instance>> source = registry.instances(QUERY)) {
      Await.until("it is read without a tag too", () -> ports(source).equals(List.of(9001)));
      Await.until("and again", () -> server.statuses.size() > 3);
      assertThat(server.statuses).doesNotContain(304);
    }
  }

  @Test
  void tokenIsReadBeforeEachRequestAndNeverTold() {
    Await.until("the first", () -> server.credentials.contains("first"));
    token = "second";
    Await.until("the second", () -> server.credentials.contains("second"));
    server.status = 401;
    try (Source<List<Instance>> source = registry.instances(QUERY)) {
      Await.until("it is told", () -> source.state().cause().contains("401"));
      assertThat(source.state().cause()).doesNotContain("second").doesNotContain("s3cret");
    }
  }

  @Test
  void answerThatIsTooLongOrNoJsonOrOfAnotherShapeKeepsWhatWas() {
    server.body = one(9001);
    try (Source<List<Instance>> source = registry.instances(QUERY)) {
      Await.until("it is there", () -> ports(source).equals(List.of(9001)));
      server.body = " ".repeat(5_000);
      Await.until("too long", () -> source.state().cause().contains("longer than 4096 bytes"));
      server.body = "{\"instances\": [";
      Await.until("no JSON", () -> source.state().cause().contains("Unexpected end"));
      server.body = "{\"hosts\": []}";
      Await.until(
          "another shape",
          () ->
              source
                  .state()
                  .cause()
                  .contains("instances at \"/instances\": nothing (expected: a list)"));
      assertThat(source.state()).isInstanceOf(SourceState.Stale.class);
      assertThat(ports(source)).containsExactly(9001);
      assertThat(registry.problems()).extracting(Problem::isError).containsExactly(true);
      server.body = one(9002);
      Await.until("it is read again", () -> ports(source).equals(List.of(9002)));
      assertThat(registry.problems()).isEmpty();
    }
  }

  @Test
  void serviceWhoseInstancesAreAllUnusableKeepsItsLastAndOthersGoOn() {
    server.body =
        "{\"instances\": [{\"service\": \"a\", \"address\": \"127.0.0.1:9001\"},"
            + " {\"service\": \"b\", \"address\": \"127.0.0.1:9002\"}]}";
    try (Source<List<Instance>> a = registry.instances(QUERY);
        Source<List<Instance>> b = registry.instances(DiscoveryQuery.parse("inventory:b"))) {
      Await.until("both are there", () -> ports(a).size() + ports(b).size() == 2);
      server.body =
          "{\"instances\": [{\"service\": \"a\", \"ip\": \"127.0.0.1:9001\"},"
              + " {\"service\": \"b\", \"address\": \"127.0.0.1:9003\"}]}";
      Await.until("b goes on", () -> ports(b).equals(List.of(9003)));
      assertThat(b.state()).isInstanceOf(SourceState.Current.class);
      assertThat(ports(a)).containsExactly(9001);
      assertThat(a.state().cause()).contains("no instance can be used", "/address", "expected");
      assertThat(registry.problems()).hasSize(2);
    }
  }

  @Test
  void serviceThatLeavesTheCatalogStaysForTemplates() {
    server.body = one(9001);
    Source<List<Service>> services = registry.services();
    Await.until("it is listed", () -> names(services).equals(List.of("a")));
    server.body = "{\"instances\": [{\"service\": \"b\", \"address\": \"127.0.0.1:9002\"}]}";
    Await.until("the other is listed too", () -> names(services).equals(List.of("a", "b")));
  }

  private static String one(int port) {
    return "{\"instances\": [{\"service\": \"a\", \"address\": \"127.0.0.1\", \"port\": %d}]}"
        .formatted(port);
  }

  private static List<String> names(Source<List<Service>> services) {
    return services.state().last().orElse(List.of()).stream().map(Service::name).toList();
  }

  private static List<Integer> ports(Source<List<Instance>> source) {
    return source.state().last().orElse(List.of()).stream().map(Instance::port).toList();
  }
}
