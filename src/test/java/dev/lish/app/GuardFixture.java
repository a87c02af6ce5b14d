package dev.lish.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lish.testing.Await;
import dev.lish.testing.ConsulProcess;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys;
import dev.lish.testing.Load;
import dev.lish.testing.Upstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A service of ten instances in a real Consul, four of which answer 503 to everything and count it,
 * one cluster that checks them, and a Lish.
 */
final class GuardFixture implements AutoCloseable {
  static final String SERVICE = "shop";

  /** Of instances that no agent of Consul knows. */
  private static final String NODE = "fleet";

  /** Shortened, so that a test takes seconds. */
  static final String QUICK =
      "guard: { settle: 1500ms, longest_raise: 20s, hold: 4s, window: 20s }";

  final ConsulProcess consul = ConsulProcess.start();
  final LishServer lish;
  final List<Upstream> upstreams = new ArrayList<>();
  private final boolean sotw;
  private final Deque<EnvoyProcess> envoys = new ArrayDeque<>();

  /** What is there when Lish starts. */
  private enum Instances {
    FOUR_OUT_OF_ORDER,
    IN_CATALOG
  }

  private GuardFixture(
      Path folder, boolean sotw, String guard, Instances instances, String... settings) {
    this.sotw = sotw;
    Path mesh = folder.resolve("mesh");
    write(
        mesh.resolve("mesh.yaml"),
        """
        stages: [ { name: release } ]
        groups: [ { name: edge, nodes: { cluster: edge }, resources: [ "edge/**" ] } ]
        %s
        """
            .formatted(guard));
    write(mesh.resolve("edge/clusters/shop.yaml"), cluster("consul:" + SERVICE));
    write(mesh.resolve("edge/listeners/front.yaml"), LISTENER);
    // Before Lish starts: what it finds there is not new to it.
    fill(instances);
    lish =
        LishServer.start(
            folder,
            mesh,
            Stream.concat(Stream.of(registry()), Stream.of(settings)).toArray(String[]::new));
  }

  String registry() {
    return "registries: [ { name: consul, consul: { address: \"127.0.0.1:"
        + consul.port()
        + "\" } } ]";
  }

  /** The same with a real Central Dogma, so that there may be another replica. */
  static GuardFixture start(Path folder, DogmaFixture dogma, String guard) {
    GuardFixture fixture =
        new GuardFixture(folder, false, guard, Instances.FOUR_OUT_OF_ORDER, dogma.settings());
    dogma.seed(fixture.lish.mesh());
    fixture.lish.awaitReady();
    return fixture;
  }

  /** Ten instances, of which the first four are out of order and Consul's check of them says so. */
  static GuardFixture start(Path folder, boolean sotw, String guard) {
    GuardFixture fixture = new GuardFixture(folder, sotw, guard, Instances.FOUR_OUT_OF_ORDER);
    fixture.lish.awaitReady();
    return fixture;
  }

  /**
   * Ten instances, all in order, that are in the catalog of Consul alone, on {@link #NODE}: many of
   * them can go in one change.
   */
  static GuardFixture startInCatalog(Path folder, String guard) {
    GuardFixture fixture = new GuardFixture(folder, false, guard, Instances.IN_CATALOG);
    fixture.lish.awaitReady();
    return fixture;
  }

  /** The same with a real Central Dogma, so that there may be another replica. */
  static GuardFixture startInCatalog(Path folder, DogmaFixture dogma, String guard) {
    GuardFixture fixture =
        new GuardFixture(folder, false, guard, Instances.IN_CATALOG, dogma.settings());
    dogma.seed(fixture.lish.mesh());
    fixture.lish.awaitReady();
    return fixture;
  }

  /** It is in the catalog of Consul alone, with this status. */
  void registerInCatalog(Upstream upstream, String status) {
    consul.registerOn(
        NODE, ConsulProcess.Registration.local(SERVICE, upstream.name(), upstream.port()), status);
  }

  /** These leave the catalog in one change. */
  void deregisterAtOnce(List<Upstream> gone) {
    consul.deregisterAtOnce(NODE, SERVICE, gone.stream().map(Upstream::name).toList());
  }

  /** These leave the catalog, and the others come, in one change. */
  void replaceAtOnce(List<Upstream> gone, List<Upstream> others) {
    consul.replaceAtOnce(
        NODE,
        SERVICE,
        gone.stream().map(Upstream::name).toList(),
        others.stream()
            .map(o -> ConsulProcess.Registration.local(SERVICE, o.name(), o.port()))
            .toList());
  }

  private void fill(Instances instances) {
    for (int i = 0; i < 10; i++) {
      boolean down = instances == Instances.FOUR_OUT_OF_ORDER && i < 4;
      Upstream upstream = add("host-" + i, down ? 503 : 200);
      if (instances == Instances.FOUR_OUT_OF_ORDER) {
        register(upstream, down ? "critical" : "passing");
      } else {
        registerInCatalog(upstream, "passing");
      }
    }
  }

  /** The same, with the instances of the service {@code spare} in the second priority. */
  static GuardFixture startWithSpare(Path folder, String guard, int spare) {
    GuardFixture fixture = new GuardFixture(folder, false, guard, Instances.FOUR_OUT_OF_ORDER);
    fixture.lish.awaitReady();
    write(
        fixture.lish.mesh().resolve("edge/endpoints/shop.yaml"),
        """
        cluster_name: "consul:shop"
        endpoints:
          - discover: { registry: consul, service: shop }
          - discover: { registry: consul, service: spare, priority: 1 }
        """);
    for (int i = 0; i < spare; i++) {
      fixture.register("spare", fixture.add("spare-" + i, 200), "passing");
    }
    fixture.lish.push("A second priority");
    return fixture;
  }

  private static String cluster(String eds) {
    return """
    name: shop
    type: EDS
    connect_timeout: 1s
    ignore_health_on_host_removal: true
    eds_cluster_config:
      service_name: "%s"
      eds_config: { ads: {}, resource_api_version: V3 }
    health_checks:
      - timeout: 1s
        interval: 0.3s
        no_traffic_interval: 0.3s
        unhealthy_threshold: 2
        healthy_threshold: 2
        http_health_check: { path: /healthz }
    """
        .formatted(eds);
  }

  private static final String LISTENER =
      """
      name: front
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: front
                route_config:
                  name: front
                  virtual_hosts:
                    - { name: all, domains: [ "*" ], routes: [ { match: { prefix: / }, route: { cluster: shop } } ] }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
      """;

  /** Takes the health checks out of the mesh on disk. */
  void dropChecks() {
    String cluster = cluster("consul:" + SERVICE);
    write(
        lish.mesh().resolve("edge/clusters/shop.yaml"),
        cluster.substring(0, cluster.indexOf("health_checks:")));
  }

  /** Starts an upstream; nothing knows of it yet. */
  Upstream add(String name, int status) {
    Upstream upstream = Upstream.start(name);
    upstream.answerWith(status);
    upstreams.add(upstream);
    return upstream;
  }

  void register(Upstream upstream, String status) {
    register(SERVICE, upstream, status);
  }

  void register(String service, Upstream upstream, String status) {
    consul.register(
        ConsulProcess.Registration.local(service, upstream.name(), upstream.port()), status);
  }

  /** Starts an Envoy and waits until its own checks have passed this many hosts. */
  EnvoyProcess envoy(Envoys.Envoy binary, int healthy) {
    return envoy(binary, healthy, lish.bootstrap("edge-1", "edge", "sotw", Boolean.toString(sotw)));
  }

  EnvoyProcess envoy(Envoys.Envoy binary, int healthy, String bootstrap) {
    EnvoyProcess envoy = EnvoyProcess.start(binary, bootstrap);
    envoys.push(envoy);
    envoy.awaitReady();
    awaitHealthy(envoy, healthy);
    return envoy;
  }

  static void awaitHealthy(EnvoyProcess envoy, long healthy) {
    Await.until(
        healthy + " hosts are healthy",
        () -> envoy.stat("cluster.shop.membership_healthy").orElse(-1) == healthy);
  }

  Load load(EnvoyProcess envoy) {
    return Load.start(envoy.listenerPort("front"), "/", 300, 3);
  }

  /** The first four are in order too, and pass in Consul. */
  void allWell() {
    upstreams.forEach(upstream -> upstream.answerWith(200));
    upstreams.forEach(upstream -> consul.setStatus(upstream.name(), "passing"));
  }

  /** What the shared holds say. */
  String holds() {
    return lish.get("/guard").path("holds").toString();
  }

  /** How many hosts are kept back. */
  int held() {
    return lish.get("/guard").path("holds").findValues("host").size();
  }

  /** How long at most a host that passes waits for traffic, as the API says. */
  double statedSeconds() {
    return lish.get("/guard").findValue("inServiceSeconds").asDouble();
  }

  /** The hosts that Envoy has. */
  static long members(EnvoyProcess envoy) {
    return envoy.stat("cluster.shop.membership_total").orElse(-1);
  }

  /** How many requests those got that are out of order. */
  long requestsToMaintenance() {
    return upstreams.subList(0, 4).stream().mapToLong(Upstream::requests).sum();
  }

  /** The overprovisioning factor that Envoy has. */
  static int factor(EnvoyProcess envoy) {
    for (JsonNode cluster : envoy.configDump().findParents("cluster_name")) {
      if (cluster.path("cluster_name").asText().equals("consul:" + SERVICE)) {
        return cluster.path("policy").path("overprovisioning_factor").asInt();
      }
    }
    return 0;
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    envoys.forEach(EnvoyProcess::close);
    lish.close();
    upstreams.forEach(Upstream::close);
    consul.close();
  }
}
