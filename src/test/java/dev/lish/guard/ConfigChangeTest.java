package dev.lish.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {
  private static Resource cluster(String name, boolean checked) {
    Cluster.Builder cluster = Cluster.newBuilder().setName(name);
    if (checked) {
      cluster.addHealthChecks(HealthCheck.getDefaultInstance());
    }
    return Resource.of(ResourceType.CLUSTER, name, cluster.build().toByteString(), "");
  }

  private static Resource route(String cluster) {
    RouteConfiguration routes =
        RouteConfiguration.newBuilder()
            .addVirtualHosts(
                VirtualHost.newBuilder()
                    .addRoutes(
                        Route.newBuilder().setRoute(RouteAction.newBuilder().setCluster(cluster))))
            .build();
    return Resource.of(ResourceType.ROUTE, "r", routes.toByteString(), "");
  }

  private static ConfigChange.Side side(Map<String, Resource> clusters, Resource... users) {
    return new ConfigChange.Side(clusters, List.of(users), Map.of());
  }

  @Test
  void aClusterThatRoutesUseMayNotGo() {
    ConfigChange.Side before = side(Map.of("a", cluster("a", false)), route("a"));
    assertThat(ConfigChange.hazards(before, side(Map.of(), route("a"))))
        .containsExactly("cluster a is gone, and routes still use it");
    assertThat(ConfigChange.hazards(before, side(Map.of(), route("b")))).isEmpty();
  }

  @Test
  void healthChecksMayNotGo() {
    ConfigChange.Side before = side(Map.of("a", cluster("a", true)));
    assertThat(ConfigChange.hazards(before, side(Map.of("a", cluster("a", false))))).hasSize(1);
    assertThat(ConfigChange.hazards(before, before)).isEmpty();
    assertThat(
            ConfigChange.hazards(
                side(Map.of("a", cluster("a", false))), side(Map.of("a", cluster("a", true)))))
        .isEmpty();
  }

  @Test
  void notAllWrittenHostsMayBeReplaced() {
    Resource two = Cla.of(Map.of("0/1", HealthStatus.HEALTHY, "0/2", HealthStatus.HEALTHY));
    Resource one = Cla.of(Map.of("0/2", HealthStatus.HEALTHY, "0/3", HealthStatus.HEALTHY));
    Resource other = Cla.of(Map.of("0/4", HealthStatus.HEALTHY, "0/5", HealthStatus.HEALTHY));
    assertThat(hazards(two, one)).isEmpty();
    assertThat(hazards(two, other)).hasSize(1);
  }

  private static List<String> hazards(Resource before, Resource after) {
    return ConfigChange.hazards(
        new ConfigChange.Side(Map.of(), List.of(), Map.of("shop", before)),
        new ConfigChange.Side(Map.of(), List.of(), Map.of("shop", after)));
  }
}
