package dev.lish.guard;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The clusters to which a route configuration or a listener sends requests by name. */
final class ClusterUse {
  private final Set<String> names = new TreeSet<>();

  private ClusterUse() {}

  static Set<String> of(Resource user) {
    ClusterUse use = new ClusterUse();
    try {
      if (user.type() == ResourceType.ROUTE) {
        use.add(RouteConfiguration.parseFrom(user.body()));
      } else if (user.type() == ResourceType.LISTENER) {
        use.add(Listener.parseFrom(user.body()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(user + ": " + e.getMessage(), e);
    }
    use.names.remove("");
    return use.names;
  }

  private void add(RouteConfiguration routes) {
    for (VirtualHost host : routes.getVirtualHostsList()) {
      for (Route route : host.getRoutesList()) {
        add(route.getRoute());
      }
    }
  }

  private void add(RouteAction action) {
    names.add(action.getCluster());
    action.getWeightedClusters().getClustersList().forEach(c -> names.add(c.getName()));
    action.getRequestMirrorPoliciesList().forEach(p -> names.add(p.getCluster()));
  }

  private void add(Listener listener) throws InvalidProtocolBufferException {
    List<FilterChain> chains = new ArrayList<>(listener.getFilterChainsList());
    chains.add(listener.getDefaultFilterChain());
    for (FilterChain chain : chains) {
      for (Filter filter : chain.getFiltersList()) {
        Any config = filter.getTypedConfig();
        if (config.is(HttpConnectionManager.class)) {
          add(config.unpack(HttpConnectionManager.class).getRouteConfig());
        } else if (config.is(TcpProxy.class)) {
          TcpProxy proxy = config.unpack(TcpProxy.class);
          names.add(proxy.getCluster());
          proxy.getWeightedClusters().getClustersList().forEach(c -> names.add(c.getName()));
        }
      }
    }
  }
}
