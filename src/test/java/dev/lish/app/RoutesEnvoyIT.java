package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.trial.wire.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Routes that are edited and added commit by commit, while their answers are watched. */
class RoutesEnvoyIT {
  private static final String ROUTES = "edge/routes/edge.yaml.peb";
  private static final String VALUES = "values/common.yaml";
  private static final int EDITS = 20;

  /**
   * A big mesh has 3,000: {@code -Dlish.routes=3000 -Djunit.jupiter.execution.timeout.default=30m}.
   */
  private static final int NEW_ROUTES = Integer.getInteger("lish.routes", 15);

  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(30);

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void everyAnswerOfARouteThatIsEditedTwentyTimesIsGood(Envoys.Envoy binary, boolean sotw) {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      EnvoyProcess envoy = mesh.edge(binary);
      try (Load load = Load.start(envoy.listenerPort("edge"), "/payments", 200, 2)) {
        load.awaitAnswerBy("payments-1");
        for (int i = 0; i < EDITS; i++) {
          boolean there = i % 2 == 0;
          String match = "- match: { prefix: /payments }\n        route: { cluster: ";
          mesh.edit(
              ROUTES,
              match + (there ? "payments_v1," : "orders,"),
              match + (there ? "orders," : "payments_v1,"));
          mesh.edit(VALUES, "timeout: " + (i + 2) + "s", "timeout: " + (i + 3) + "s");
          mesh.lish.push("Edit " + i);
          // 200 ms at this rate: time for it to take effect, or half of it.
          load.awaitMore(40);
        }
        load.awaitNoAnswerBy("orders-1", 20);
        load.stop().assertNoneLost();
        assertThat(load.outcomes().by("orders-1")).isPositive();
      }
      mesh.lish.recorder().assertClean();
      envoy.log().assertNoWarnings(EnvoyMatrix.NO_CONNECTION_LIMIT);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.lish.app.EnvoyMatrix#all")
  void newRouteIsNotFoundAndThenGoodAndNothingElse(Envoys.Envoy binary, boolean sotw)
      throws IOException {
    try (MeshFixture mesh = MeshFixture.start(folder, sotw)) {
      mesh.edit(VALUES, "greeting: hello", "greeting: hello\npaths: [ first ]");
      mesh.edit(
          ROUTES,
          "      - match: { path: / }",
          """
          {% for path in values.paths %}
                - { match: { path: /{{ path }} }, route: { cluster: orders } }
          {% endfor %}
                - match: { path: / }""");
      mesh.lish.push("Paths are a list");
      EnvoyProcess envoy = mesh.edge(binary);
      try (HttpConnection kept =
          HttpConnection.open("127.0.0.1", envoy.listenerPort("edge"), 10_000)) {
        for (int i = 0; i < NEW_ROUTES; i++) {
          assertThat(ask(kept, i)).isEqualTo(404);
          mesh.edit(VALUES, " ]", ", new-" + i + " ]");
          CompletableFuture<Integer> commit =
              CompletableFuture.supplyAsync(() -> mesh.lish.push("A new route"));
          askUntilItIsThere(kept, i);
          commit.join();
          assertThat(ask(kept, i / 2)).as("an older route").isEqualTo(200);
        }
      }
      mesh.lish.recorder().assertClean();
    }
  }

  private static void askUntilItIsThere(HttpConnection kept, int route) throws IOException {
    long start = System.nanoTime();
    for (int code = ask(kept, route); code != 200; code = ask(kept, route)) {
      assertThat(code).as("route " + route + " while it is on its way").isEqualTo(404);
      assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(DEADLINE);
    }
  }

  private static int ask(HttpConnection kept, int route) throws IOException {
    return kept.exchange("GET /new-" + route, Map.of("host", "edge"), "").status();
  }
}
