package dev.lish.app;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.accesslog.Destinations;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
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
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where the routes and TCP proxies of snapshots lead to, as far as one cluster is named: what is
 * split over several, or taken from a header, is not known before there is a host.
 */
final class RouteTargets {
  /** Snapshots of one revision share their routes; a few revisions are served at a time. */
  private static final int KEPT = 256;

  private final Map<List<ContentHash>, Destinations> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<ContentHash>, Destinations> eldest) {
          return size() > KEPT;
        }
      };

  /** The same instance while routes and listeners are the same. */
  synchronized Destinations of(Snapshot snapshot) {
    return known.computeIfAbsent(
        List.of(
            snapshot.set(ResourceType.ROUTE).hash(), snapshot.set(ResourceType.LISTENER).hash()),
        hashes -> new Reading().of(snapshot));
  }

  /** What was found so far; an empty text stands for more than one cluster, or for none. */
  private static final class Reading {
    private final Map<String, String> routes = new HashMap<>();
    private final Map<String, String> tcpLogs = new HashMap<>();

    Destinations of(Snapshot snapshot) {
      snapshot.set(ResourceType.ROUTE).byName().values().forEach(this::read);
      snapshot.set(ResourceType.LISTENER).byName().values().forEach(this::read);
      return new Destinations(sure(routes), sure(tcpLogs));
    }

    private void read(Resource resource) {
      try {
        if (resource.type() == ResourceType.ROUTE) {
          add(RouteConfiguration.parseFrom(resource.body()));
        } else {
          add(Listener.parseFrom(resource.body()));
        }
      } catch (InvalidProtocolBufferException e) {
        // The Envoys will say so; of its routes nothing is known.
        assert e != null;
      }
    }

    private static Map<String, String> sure(Map<String, String> all) {
      return all.entrySet().stream()
          .filter(e -> !e.getKey().isEmpty() && !e.getValue().isEmpty())
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void put(Map<String, String> all, String name, String cluster) {
      all.merge(name, cluster, (a, b) -> a.equals(b) ? a : "");
    }

    private void add(RouteConfiguration table) {
      for (VirtualHost host : table.getVirtualHostsList()) {
        for (Route route : host.getRoutesList()) {
          put(routes, route.getName(), cluster(route.getRoute()));
        }
      }
    }

    /**
     * The only one; of a split, that which takes everything, unless runtime keys set its weights.
     */
    private static String cluster(RouteAction action) {
      WeightedCluster split = action.getWeightedClusters();
      List<ClusterWeight> taking =
          split.getClustersList().stream().filter(c -> c.getWeight().getValue() > 0).toList();
      return taking.size() == 1 && split.getRuntimeKeyPrefix().isEmpty()
          ? taking.get(0).getName()
          : action.getCluster();
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
            add(config.unpack(TcpProxy.class));
          }
        }
      }
    }

    private void add(TcpProxy proxy) throws InvalidProtocolBufferException {
      for (AccessLog log : proxy.getAccessLogList()) {
        if (log.getTypedConfig().is(TcpGrpcAccessLogConfig.class)) {
          TcpGrpcAccessLogConfig config = log.getTypedConfig().unpack(TcpGrpcAccessLogConfig.class);
          put(tcpLogs, config.getCommonConfig().getLogName(), proxy.getCluster());
        }
      }
    }
  }
}
