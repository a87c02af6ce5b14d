package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

class ClusterNamesTest {
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(TcpProxy.getDescriptor())
          .add(ExtAuthz.getDescriptor())
          .add(RateLimit.getDescriptor())
          .add(JwtAuthentication.getDescriptor())
          .add(ClusterConfig.getDescriptor())
          .add(Route.getDescriptor())
          .build();

  private static SortedSet<String> names(ResourceType type, Message.Builder to, String json) {
    try {
      JsonFormat.parser().usingTypeRegistry(TYPES).merge(json.replace('\'', '"'), to);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return ClusterNames.of(Resource.of(type, "x", to.build().toByteString(), ""));
  }

  private static SortedSet<String> inRoutes(String json) {
    return names(ResourceType.ROUTE, RouteConfiguration.newBuilder(), json);
  }

  private static SortedSet<String> inFilter(String type, String fields) {
    return names(
        ResourceType.LISTENER,
        Listener.newBuilder(),
        "{'filter_chains': [{'filters': [{'typed_config': {'@type':"
            + " 'type.googleapis.com/envoy.extensions.filters.network."
            + type
            + "', "
            + fields
            + "}}]}]}");
  }

  private static SortedSet<String> inHttpFilter(String type, String fields) {
    return inFilter(
        "http_connection_manager.v3.HttpConnectionManager",
        "'http_filters': [{'typed_config': {'@type':"
            + " 'type.googleapis.com/envoy.extensions.filters.http."
            + type
            + "', "
            + fields
            + "}}]");
  }

  @Test
  void routesNameThemOneByOneAndByWeight() {
    assertThat(
            inRoutes(
                "{'virtual_hosts': [{'routes': [{'route': {'cluster': 'a', 'request_mirror_policies':"
                    + " [{'cluster': 'm'}]}}, {'route': {'weighted_clusters': {'clusters':"
                    + " [{'name': 'b'}, {'name': 'c'}]}}}]}]}"))
        .containsExactly("a", "b", "c", "m");
  }

  @Test
  void mirrorsOfAHostAndOfAllAreFound() {
    assertThat(
            inRoutes(
                "{'request_mirror_policies': [{'cluster': 'all'}], 'virtual_hosts':"
                    + " [{'request_mirror_policies': [{'cluster': 'host'}]}]}"))
        .containsExactly("all", "host");
  }

  @Test
  void routesInTheMatcherOfAHostAreFound() {
    assertThat(
            inRoutes(
                "{'virtual_hosts': [{'matcher': {'on_no_match': {'action': {'typed_config':"
                    + " {'@type': 'type.googleapis.com/envoy.config.route.v3.Route', 'route':"
                    + " {'cluster': 'matched'}}}}}}]}"))
        .containsExactly("matched");
  }

  @Test
  void routesInAListenerAndInItsScopesAreFound() {
    String http = "http_connection_manager.v3.HttpConnectionManager";
    String routes = "{'virtual_hosts': [{'routes': [{'route': {'cluster': '%s'}}]}]}";
    assertThat(inFilter(http, "'route_config': " + routes.formatted("own"))).containsExactly("own");
    assertThat(
            inFilter(
                http,
                "'scoped_routes': {'scoped_route_configurations_list':"
                    + " {'scoped_route_configurations': [{'route_configuration': "
                    + routes.formatted("scoped")
                    + "}]}}"))
        .containsExactly("scoped");
    assertThat(
            inFilter(
                "tcp_proxy.v3.TcpProxy",
                "'weighted_clusters': {'clusters': [{'name': 't1', 'weight': 1}]}"))
        .containsExactly("t1");
  }

  @Test
  void whatFiltersAskIsFound() {
    String service = "{'envoy_grpc': {'cluster_name': '%s'}}";
    assertThat(
            inHttpFilter("ext_authz.v3.ExtAuthz", "'grpc_service': " + service.formatted("authz")))
        .containsExactly("authz");
    assertThat(
            inHttpFilter(
                "ext_authz.v3.ExtAuthz",
                "'http_service': {'server_uri': {'uri': 'http://x', 'cluster': 'http-authz'}}"))
        .containsExactly("http-authz");
    assertThat(
            inHttpFilter(
                "ratelimit.v3.RateLimit",
                "'rate_limit_service': {'grpc_service': " + service.formatted("limits") + "}"))
        .containsExactly("limits");
    assertThat(
            inHttpFilter(
                "jwt_authn.v3.JwtAuthentication",
                "'providers': {'p': {'remote_jwks': {'http_uri': {'cluster': 'keys'}}}}"))
        .containsExactly("keys");
    assertThat(
            names(
                ResourceType.EXTENSION,
                TypedExtensionConfig.newBuilder(),
                "{'typed_config': {'@type':"
                    + " 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',"
                    + " 'grpc_service': "
                    + service.formatted("discovered")
                    + "}}"))
        .containsExactly("discovered");
  }

  @Test
  void membersOfAnAggregateAreFound() {
    assertThat(
            names(
                ResourceType.CLUSTER,
                Cluster.newBuilder(),
                "{'name': 'both', 'cluster_type': {'typed_config': {'@type':"
                    + " 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig',"
                    + " 'clusters': ['near', 'far']}}}"))
        .containsExactly("far", "near");
  }

  @Test
  void whatIsOfAnUnknownTypeIsPassedOver() {
    Any unknown =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/example.Filter")
            .setValue(ByteString.copyFromUtf8("?"))
            .build();
    TypedExtensionConfig filter = TypedExtensionConfig.newBuilder().setTypedConfig(unknown).build();
    assertThat(ClusterNames.of(Resource.of(ResourceType.EXTENSION, "x", filter.toByteString(), "")))
        .isEmpty();
  }
}
