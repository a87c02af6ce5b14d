package dev.lish.serve;

import static dev.lish.model.ResourceType.CLUSTER;
import static dev.lish.model.ResourceType.ENDPOINT;
import static dev.lish.model.ResourceType.LISTENER;
import static dev.lish.model.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.serve.Client.Answer;
import dev.lish.testing.LishProcess;
import dev.lish.testing.SampleMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Lish that is killed while its client is between two revisions. */
class KillIT {
  @TempDir Path folder;

  /** In state of the world a client says of its clusters nothing but a version. */
  @Test
  void clusterThatRoutesUseStaysAfterTheKill() throws IOException {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 9001, 9002, 9003);
    // After a start nothing is taken away before Envoys have drained what they may drain.
    try (LishProcess lish =
        LishProcess.start(folder.resolve("lish"), mesh, "drain_time: 1s").awaitReady()) {
      String[] endpoints = {"local:payments?tag=v1", "local:payments?tag=v2"};
      String clusters;
      String listeners;
      String routes;
      try (Client client = Client.sotw(lish.xdsPort()).node("inner-1", "inner-a")) {
        assertThat(client.ask(CLUSTER).accept(CLUSTER).names()).contains("orders");
        client.ask(ENDPOINT, endpoints).accept(ENDPOINT);
        listeners = client.ask(LISTENER).accept(LISTENER).version();
        routes = client.ask(ROUTE, "inner").accept(ROUTE).version();

        // The routes leave orders for a new cluster, and orders goes.
        SampleMesh.edit(
            mesh, "inner/routes/inner.yaml.peb", Map.of("cluster: orders,", "cluster: bills,"));
        SampleMesh.edit(
            mesh, "edge/routes/edge.yaml.peb", Map.of("cluster: orders,", "cluster: bills,"));
        Path orders = mesh.resolve("common/clusters/orders.yaml");
        Files.writeString(
            mesh.resolve("common/clusters/bills.yaml"),
            Files.readString(orders).replace("orders", "bills"));
        Files.delete(orders);
        lish.push(mesh, "Orders become bills");
        Answer both = client.next(CLUSTER);
        assertThat(both.names()).contains("orders", "bills");
        clusters = both.version();
        lish.kill();
        client.end();
      }
      lish.startAgain();
      lish.awaitReady();

      try (Client client = Client.sotw(lish.xdsPort()).node("inner-1", "inner-a")) {
        client.askHaving(CLUSTER, clusters);
        client.ask(ENDPOINT, endpoints).accept(ENDPOINT);
        client.askHaving(LISTENER, listeners).silent();
        client.askHaving(ROUTE, routes, "inner");
        Answer moved = client.next(ROUTE);
        client.silent();
        client.ack(moved);
        assertThat(client.accept(CLUSTER).names()).contains("bills").doesNotContain("orders");
      }
    }
  }
}
