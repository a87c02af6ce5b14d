package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {
  private static Resource cluster(String name, boolean checked) {
    Cluster.Builder cluster = Cluster.newBuilder().setName(name);
    if (checked) {
      cluster.addHealthChecks(HealthCheck.getDefaultInstance());
    }
    return Resource.of(
        ResourceType.CLUSTER, name, cluster.build().toByteString(), "clusters/a.yaml", 1);
  }

  private static Resource route(String cluster) {
    RouteConfiguration routes =
        RouteConfiguration.newBuilder()
            .addVirtualHosts(
                VirtualHost.newBuilder()
                    .addRoutes(
                        Route.newBuilder().setRoute(RouteAction.newBuilder().setCluster(cluster))))
            .build();
    return Resource.of(ResourceType.ROUTE, "r", routes.toByteString(), "routes/r.yaml", 3);
  }

  private static ConfigChange.Side side(Map<String, Resource> clusters, Resource... users) {
    return new ConfigChange.Side(clusters, List.of(users));
  }

  @Test
  void aClusterThatRoutesUseMayNotGo() {
    ConfigChange.Side before = side(Map.of("a", cluster("a", false)), route("a"));
    assertThat(hazards(before, side(Map.of(), route("a"))))
        .containsExactly("routes/r.yaml:3 cluster a is gone, and route r still uses it");
    assertThat(hazards(before, side(Map.of(), route("b")))).isEmpty();
  }

  @Test
  void healthChecksMayNotGo() {
    ConfigChange.Side before = side(Map.of("a", cluster("a", true)));
    assertThat(hazards(before, side(Map.of("a", cluster("a", false)))))
        .containsExactly(
            "clusters/a.yaml:1 cluster a loses its health checks: hosts that fail get traffic");
    assertThat(hazards(before, before)).isEmpty();
    assertThat(
            hazards(side(Map.of("a", cluster("a", false))), side(Map.of("a", cluster("a", true)))))
        .isEmpty();
  }

  private static List<String> hazards(ConfigChange.Side before, ConfigChange.Side after) {
    return ConfigChange.hazards(before, after, user -> Set.of(used(user))).stream()
        .map(h -> h.path() + ":" + h.line() + " " + h.text())
        .toList();
  }

  private static String used(Resource user) {
    try {
      return RouteConfiguration.parseFrom(user.body())
          .getVirtualHosts(0)
          .getRoutes(0)
          .getRoute()
          .getCluster();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
