package dev.lish.serve;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lish.guard.Admissions;
import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.StageRule;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A hand-made snapshot, written as what it has. */
final class Mesh {
  static final SnapshotKey KEY = new SnapshotKey("release", "edge", new TreeMap<>());

  private final Map<ResourceType, Map<String, Resource>> resources;
  private final int revision;
  private final int epoch;
  private final Set<String> unanswered;

  private Mesh(
      Map<ResourceType, Map<String, Resource>> resources,
      int revision,
      int epoch,
      Set<String> unanswered) {
    this.resources = resources;
    this.revision = revision;
    this.epoch = epoch;
    this.unanswered = unanswered;
  }

  static Mesh empty() {
    return new Mesh(new EnumMap<>(ResourceType.class), 1, 0, Set.of());
  }

  Mesh with(ResourceType type, String name, Message message) {
    Map<ResourceType, Map<String, Resource>> next = copy();
    next.computeIfAbsent(type, t -> new LinkedHashMap<>())
        .put(name, Resource.of(type, name, message.toByteString(), path(type, name)));
    return new Mesh(next, revision, epoch, unanswered);
  }

  Mesh without(ResourceType type, String name) {
    Map<ResourceType, Map<String, Resource>> next = copy();
    next.getOrDefault(type, new LinkedHashMap<>()).remove(name);
    return new Mesh(next, revision, epoch, unanswered);
  }

  Mesh revision(int newer) {
    return new Mesh(copy(), newer, epoch, unanswered);
  }

  Mesh epoch(int newer) {
    return new Mesh(copy(), revision, newer, unanswered);
  }

  Mesh unanswered(String... names) {
    return new Mesh(copy(), revision, epoch, Set.of(names));
  }

  private Map<ResourceType, Map<String, Resource>> copy() {
    Map<ResourceType, Map<String, Resource>> copy = new EnumMap<>(ResourceType.class);
    resources.forEach((type, byName) -> copy.put(type, new LinkedHashMap<>(byName)));
    return copy;
  }

  static String path(ResourceType type, String name) {
    return "edge/" + type.folder() + "/" + name + ".yaml";
  }

  /** A discovered cluster whose assignment has its name. */
  Mesh cluster(String name, int timeoutSeconds) {
    return with(ResourceType.CLUSTER, name, edsCluster(name, timeoutSeconds));
  }

  static Cluster edsCluster(String name, int timeoutSeconds) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.EDS)
        .setConnectTimeout(Duration.newBuilder().setSeconds(timeoutSeconds))
        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads()))
        .build();
  }

  /** A discovered cluster that waits for its assignment for ever. */
  Mesh patientCluster(String name, int timeoutSeconds) {
    Cluster.Builder cluster = edsCluster(name, timeoutSeconds).toBuilder();
    cluster
        .getEdsClusterConfigBuilder()
        .getEdsConfigBuilder()
        .setInitialFetchTimeout(Duration.getDefaultInstance());
    return with(ResourceType.CLUSTER, name, cluster.build());
  }

  /** A cluster that needs no assignment. */
  Mesh fixed(String name, int timeoutSeconds) {
    return with(
        ResourceType.CLUSTER,
        name,
        Cluster.newBuilder()
            .setName(name)
            .setType(Cluster.DiscoveryType.STATIC)
            .setConnectTimeout(Duration.newBuilder().setSeconds(timeoutSeconds))
            .setLoadAssignment(assignmentOf(name, 9))
            .build());
  }

  Mesh assignment(String name, int port) {
    return with(ResourceType.ENDPOINT, name, assignmentOf(name, port));
  }

  static ClusterLoadAssignment assignmentOf(String name, int port) {
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(name)
        .addEndpoints(
            LocalityLbEndpoints.newBuilder()
                .addLbEndpoints(
                    LbEndpoint.newBuilder()
                        .setEndpoint(Endpoint.newBuilder().setAddress(address("127.0.0.1", port)))))
        .build();
  }

  static Address address(String host, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
        .build();
  }

  /** A listener that gets its routes by RDS. */
  Mesh listener(String name, int port, String routes) {
    return listener(name, port, manager(name, routes).build());
  }

  /** The same, which logs a line for each request: response code, flags and cluster. */
  Mesh loggedListener(String name, int port, String routes, Path log) {
    FileAccessLog file =
        FileAccessLog.newBuilder()
            .setPath(log.toString())
            .setLogFormat(
                SubstitutionFormatString.newBuilder()
                    .setTextFormatSource(
                        DataSource.newBuilder()
                            .setInlineString(
                                "%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER%"
                                    + System.lineSeparator())))
            .build();
    return listener(
        name,
        port,
        manager(name, routes)
            .addAccessLog(
                AccessLog.newBuilder()
                    .setName("envoy.access_loggers.file")
                    .setTypedConfig(Any.pack(file)))
            .build());
  }

  /** The same with a filter whose configuration comes by itself. */
  Mesh filteredListener(String name, int port, String routes, String extension) {
    HttpConnectionManager.Builder manager = manager(name, routes);
    return listener(
        name,
        port,
        manager
            .addHttpFilters(
                0,
                HttpFilter.newBuilder()
                    .setName(extension)
                    .setConfigDiscovery(
                        ExtensionConfigSource.newBuilder()
                            .setConfigSource(ads())
                            .addTypeUrls(
                                "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer")))
            .build());
  }

  private static HttpConnectionManager.Builder manager(String name, String routes) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(name)
        .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ads()))
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.getDefaultInstance())));
  }

  private Mesh listener(String name, int port, HttpConnectionManager manager) {
    return with(
        ResourceType.LISTENER,
        name,
        Listener.newBuilder()
            .setName(name)
            .setAddress(address("127.0.0.1", port))
            .addFilterChains(
                FilterChain.newBuilder()
                    .addFilters(
                        Filter.newBuilder()
                            .setName("envoy.filters.network.http_connection_manager")
                            .setTypedConfig(Any.pack(manager))))
            .build());
  }

  Mesh route(String name, String cluster) {
    return with(
        ResourceType.ROUTE,
        name,
        RouteConfiguration.newBuilder()
            .setName(name)
            .addVirtualHosts(
                VirtualHost.newBuilder()
                    .setName("all")
                    .addDomains("*")
                    .addRoutes(
                        Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                            .setRoute(RouteAction.newBuilder().setCluster(cluster))))
            .build());
  }

  Mesh layer(String name, String key, String value) {
    return with(
        ResourceType.RUNTIME,
        name,
        Runtime.newBuilder()
            .setName(name)
            .setLayer(
                Struct.newBuilder()
                    .putFields(key, Value.newBuilder().setStringValue(value).build()))
            .build());
  }

  Mesh secret(String name, String content) {
    return with(
        ResourceType.SECRET,
        name,
        Secret.newBuilder()
            .setName(name)
            .setGenericSecret(
                GenericSecret.newBuilder()
                    .setSecret(DataSource.newBuilder().setInlineString(content)))
            .build());
  }

  /** The configuration of a filter that changes nothing. */
  Mesh extension(String name, String content) {
    return with(
        ResourceType.EXTENSION,
        name,
        TypedExtensionConfig.newBuilder()
            .setName(name)
            .setTypedConfig(
                Any.pack(
                    Router.newBuilder()
                        .setSuppressEnvoyHeaders(content.isEmpty())
                        .addStrictCheckHeaders(content)
                        .build()))
            .build());
  }

  private static ConfigSource ads() {
    return ConfigSource.newBuilder()
        .setResourceApiVersion(ApiVersion.V3)
        .setAds(AggregatedConfigSource.getDefaultInstance())
        .build();
  }

  /** Two clusters with assignments, a listener and its route to the first. */
  static Mesh small() {
    return empty()
        .cluster("a", 1)
        .cluster("b", 1)
        .assignment("a", 1001)
        .assignment("b", 1002)
        .listener("front", 10000, "main")
        .route("main", "a");
  }

  Snapshot snapshot() {
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    resources.forEach(
        (type, byName) -> sets.put(type, ResourceSet.of(type, new ArrayList<>(byName.values()))));
    ResourceSet endpoints = sets.remove(ResourceType.ENDPOINT);
    return Snapshot.of(
        new Snapshot.Origin(KEY, new Revision(revision), epoch),
        sets,
        endpoints == null ? List.of() : Admissions.of(endpoints.byName().values()),
        unanswered);
  }

  /** Served to every node of the cluster {@code edge}. */
  Assignment assignment() {
    return assignment("edge");
  }

  /** Served to every node of that cluster. */
  Assignment assignment(String cluster) {
    return assignment(cluster, Map.of(KEY, snapshot()));
  }

  /** The group is known, its snapshot is not. */
  static Assignment notReady() {
    return assignment("edge", Map.of());
  }

  private static Assignment assignment(String cluster, Map<SnapshotKey, Snapshot> snapshots) {
    TreeMap<String, String> edge = new TreeMap<>(Map.of("cluster", cluster));
    return new Assignment(
        List.of(new StageRule(KEY.stage(), NodeMatch.ALL, 100)),
        Map.of(
            KEY.stage(), List.of(new GroupRule(KEY.group(), new NodeMatch(edge), new TreeMap<>()))),
        snapshots);
  }
}
