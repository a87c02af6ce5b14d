package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.lish.accesslog.Destinations;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RouteTargetsTest {
  private final RouteTargets targets = new RouteTargets();

  private static Route route(String name, String cluster) {
    return Route.newBuilder()
        .setName(name)
        .setRoute(RouteAction.newBuilder().setCluster(cluster))
        .build();
  }

  private static RouteConfiguration table(Route... routes) {
    return RouteConfiguration.newBuilder()
        .setName("edge")
        .addVirtualHosts(VirtualHost.newBuilder().addAllRoutes(List.of(routes)))
        .build();
  }

  private static Listener listener(Message filter) {
    return Listener.newBuilder()
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(Filter.newBuilder().setTypedConfig(Any.pack(filter))))
        .build();
  }

  private static TcpProxy proxy(String cluster, String log) {
    return TcpProxy.newBuilder()
        .setCluster(cluster)
        .addAccessLog(
            AccessLog.newBuilder()
                .setTypedConfig(
                    Any.pack(
                        TcpGrpcAccessLogConfig.newBuilder()
                            .setCommonConfig(CommonGrpcAccessLogConfig.newBuilder().setLogName(log))
                            .build())))
        .build();
  }

  private Destinations of(ByteString routes, Listener... listeners) {
    Map<ResourceType, ResourceSet> sets = new TreeMap<>();
    sets.put(
        ResourceType.ROUTE,
        ResourceSet.of(
            ResourceType.ROUTE, List.of(Resource.of(ResourceType.ROUTE, "edge", routes, ""))));
    List<Resource> all = new java.util.ArrayList<>();
    for (Listener each : listeners) {
      all.add(Resource.of(ResourceType.LISTENER, "l" + all.size(), each.toByteString(), ""));
    }
    sets.put(ResourceType.LISTENER, ResourceSet.of(ResourceType.LISTENER, all));
    Snapshot.Origin origin =
        new Snapshot.Origin(
            new SnapshotKey("release", "edge", new TreeMap<>()), new Revision(1), 0);
    return targets.of(Snapshot.of(origin, sets, List.of(), Set.of()));
  }

  @Test
  void aNamedRouteLeadsToItsCluster() {
    Destinations found = of(table(route("pay", "payments"), route("", "orders")).toByteString());
    assertThat(found.routes()).containsOnly(Map.entry("pay", "payments"));
    assertThat(found)
        .isSameAs(of(table(route("pay", "payments"), route("", "orders")).toByteString()));
  }

  @Test
  void whatLeadsToMoreThanOneIsNotKnown() {
    Route split =
        Route.newBuilder()
            .setName("split")
            .setRoute(
                RouteAction.newBuilder()
                    .setWeightedClusters(
                        WeightedCluster.newBuilder()
                            .addClusters(WeightedCluster.ClusterWeight.newBuilder().setName("a"))
                            .addClusters(WeightedCluster.ClusterWeight.newBuilder().setName("b"))))
            .build();
    Destinations found =
        of(
            table(
                    split,
                    route("two", "a"),
                    route("two", "b"),
                    route("two", "a"),
                    route("same", "a"),
                    route("same", "a"))
                .toByteString());
    assertThat(found.routes()).containsOnly(Map.entry("same", "a"));
  }

  private static Route split(String name, String runtime, int toA, int toB) {
    return Route.newBuilder()
        .setName(name)
        .setRoute(
            RouteAction.newBuilder()
                .setWeightedClusters(
                    WeightedCluster.newBuilder()
                        .setRuntimeKeyPrefix(runtime)
                        .addClusters(weight("a", toA))
                        .addClusters(weight("b", toB))))
        .build();
  }

  private static WeightedCluster.ClusterWeight weight(String cluster, int weight) {
    return WeightedCluster.ClusterWeight.newBuilder()
        .setName(cluster)
        .setWeight(UInt32Value.of(weight))
        .build();
  }

  @Test
  void ofASplitTheOneThatTakesEverythingIsKnown() {
    Destinations found =
        of(
            table(
                    split("all", "", 100, 0),
                    split("some", "", 95, 5),
                    split("none", "", 0, 0),
                    split("live", "weights", 100, 0))
                .toByteString());
    assertThat(found.routes()).containsOnly(Map.entry("all", "a"));
  }

  @Test
  void listenersHaveRoutesAndTcpProxies() {
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder().setRouteConfig(table(route("own", "orders"))).build();
    Destinations found =
        of(
            ByteString.copyFromUtf8("\377"),
            listener(manager),
            listener(proxy("db", "to-db")),
            listener(proxy("a", "both")),
            listener(proxy("b", "both")));
    assertThat(found.routes()).containsOnly(Map.entry("own", "orders"));
    assertThat(found.tcpLogs()).containsOnly(Map.entry("to-db", "db"));
  }
}
