package dev.lish.trial;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.Snapshot;
import dev.lish.trial.wire.Authority;
import dev.lish.trial.wire.Name;
import dev.lish.trial.wire.Stubs;
import dev.lish.trial.wire.Traits;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** One pass over a snapshot; it asks for the port of every endpoint that it meets. */
final class SnapshotWiring {
  /** Of one entry of an assignment: more show nothing more, and each takes a port. */
  static final int MOST_ENDPOINTS = 4;

  private final World world;

  /** EDS name to the clusters that ask for it. */
  private final Map<String, Set<String>> users;

  private final Trust trust;

  /**
   * What takes the place of the mesh's world.
   *
   * @param authority whom Envoys are to trust
   * @param port of an upstream
   * @param drained endpoints that are left out
   * @param describe hears what Envoy expects of the upstreams of a cluster
   * @param notes hears what differs from the mesh and may matter
   */
  record World(
      Authority authority,
      ToIntFunction<Stubs.Key> port,
      Predicate<Stubs.Key> drained,
      java.util.function.BiConsumer<String, Traits> describe,
      java.util.function.Consumer<String> notes) {}

  SnapshotWiring(Snapshot snapshot, World world) {
    this.world = world;
    this.users = users(snapshot);
    this.trust = new Trust(world.authority(), secrets(snapshot), world.notes());
  }

  private static Map<String, Set<String>> users(Snapshot snapshot) {
    Map<String, Set<String>> users = new HashMap<>();
    for (Resource resource : snapshot.set(ResourceType.CLUSTER).byName().values()) {
      Cluster cluster = parse(resource, Cluster.parser());
      if (cluster.getType() == Cluster.DiscoveryType.EDS) {
        users.computeIfAbsent(edsName(cluster), any -> new TreeSet<>()).add(cluster.getName());
      }
    }
    return users;
  }

  private static Map<String, CertificateValidationContext> secrets(Snapshot snapshot) {
    Map<String, CertificateValidationContext> secrets = new HashMap<>();
    for (Resource resource : snapshot.set(ResourceType.SECRET).byName().values()) {
      Secret secret = parse(resource, Secret.parser());
      if (secret.hasValidationContext()) {
        secrets.put(resource.name(), secret.getValidationContext());
      }
    }
    return secrets;
  }

  /** What takes the place of a resource: mostly one, also none or several. */
  List<Resource> wire(Resource resource) {
    return switch (resource.type()) {
      case LISTENER -> List.of(listener(resource));
      case CLUSTER -> List.of(cluster(resource));
      case ENDPOINT -> assignments(resource);
      case SECRET -> List.of(secret(resource));
      default -> List.of(resource);
    };
  }

  private Resource secret(Resource resource) {
    Secret.Builder secret = parse(resource, Secret.parser()).toBuilder();
    if (secret.hasValidationContext()) {
      secret.setValidationContext(
          trust.trusting(secret.getValidationContext(), "secret " + resource.name()));
    } else if (secret.hasTlsCertificate()) {
      trust.fileless(secret.getTlsCertificateBuilder());
    }
    return with(resource, secret.build());
  }

  private Resource listener(Resource resource) {
    Listener.Builder listener = parse(resource, Listener.parser()).toBuilder();
    boolean binds = !listener.hasBindToPort() || listener.getBindToPort().getValue();
    if (listener.hasInternalListener() || listener.hasApiListener() || !binds) {
      return resource;
    }
    if (listener.hasAddress()) {
      listener.setAddress(Addresses.loopback(listener.getAddress(), 0, false));
    }
    for (AdditionalAddress.Builder more : listener.getAdditionalAddressesBuilderList()) {
      if (more.hasAddress()) {
        more.setAddress(Addresses.loopback(more.getAddress(), 0, false));
      }
    }
    // Both need privileges that a test does not have.
    listener.clearTransparent().clearFreebind();
    listener.getFilterChainsBuilderList().forEach(chain -> trust(listener.getName(), chain));
    if (listener.hasDefaultFilterChain()) {
      trust(listener.getName(), listener.getDefaultFilterChainBuilder());
    }
    return with(resource, listener.build());
  }

  private void trust(String listener, FilterChain.Builder chain) {
    if (chain.hasTransportSocket()) {
      chain.setTransportSocket(trust.downstream(listener, chain.getTransportSocket()));
    }
  }

  private Resource cluster(Resource resource) {
    Cluster.Builder cluster = parse(resource, Cluster.parser()).toBuilder();
    if (cluster.getType() == Cluster.DiscoveryType.EDS) {
      String name = edsName(cluster.build());
      if (users.getOrDefault(name, Set.of()).size() > 1) {
        cluster.getEdsClusterConfigBuilder().setServiceName(ownName(name, cluster.getName()));
      }
    } else if (cluster.hasLoadAssignment()) {
      cluster.setLoadAssignment(
          assignment(
              cluster.getName(), Addresses.takesHostNames(cluster), cluster.getLoadAssignment()));
    }
    List<Name> names = new ArrayList<>();
    if (cluster.hasTransportSocket()) {
      cluster.setTransportSocket(
          trust.upstream(cluster.getName(), cluster.getTransportSocket(), names::add));
    }
    for (Cluster.TransportSocketMatch.Builder match :
        cluster.getTransportSocketMatchesBuilderList()) {
      // What is missing is for Envoy to refuse.
      if (match.hasTransportSocket()) {
        match.setTransportSocket(
            trust.upstream(cluster.getName(), match.getTransportSocket(), names::add));
      }
    }
    Cluster wired = cluster.build();
    Checks.tellDead(wired, world.notes());
    world
        .describe()
        .accept(cluster.getName(), new Traits(names, Checks.tcp(wired), Checks.http(wired)));
    return with(resource, wired);
  }

  private static String edsName(Cluster cluster) {
    String name = cluster.getEdsClusterConfig().getServiceName();
    return name.isEmpty() ? cluster.getName() : name;
  }

  /** Two clusters that share an EDS name get an assignment each, so that they can be told apart. */
  private static String ownName(String edsName, String cluster) {
    return edsName + "#" + cluster;
  }

  private List<Resource> assignments(Resource resource) {
    ClusterLoadAssignment assignment = parse(resource, ClusterLoadAssignment.parser());
    Set<String> clusters = users.getOrDefault(resource.name(), Set.of());
    List<Resource> all = new ArrayList<>();
    for (String cluster : clusters) {
      String name = clusters.size() > 1 ? ownName(resource.name(), cluster) : resource.name();
      ClusterLoadAssignment own =
          assignment(cluster, false, assignment).toBuilder().setClusterName(name).build();
      all.add(Resource.of(ResourceType.ENDPOINT, name, own.toByteString(), resource.path()));
    }
    return all;
  }

  private ClusterLoadAssignment assignment(
      String cluster, boolean hostNames, ClusterLoadAssignment written) {
    ClusterLoadAssignment.Builder assignment = written.toBuilder();
    for (LocalityLbEndpoints.Builder entry : assignment.getEndpointsBuilderList()) {
      List<LbEndpoint> kept =
          entry.getLbEndpointsList().stream()
              .limit(MOST_ENDPOINTS)
              .map(endpoint -> endpoint(cluster, hostNames, endpoint))
              .flatMap(Optional::stream)
              .toList();
      entry.clearLbEndpoints().addAllLbEndpoints(kept);
    }
    return assignment.build();
  }

  private Optional<LbEndpoint> endpoint(String cluster, boolean hostNames, LbEndpoint written) {
    Address address = written.getEndpoint().getAddress();
    if (!address.hasSocketAddress() && !address.hasPipe()) {
      return Optional.of(written);
    }
    Stubs.Key key = new Stubs.Key(cluster, text(address));
    LbEndpoint.Builder endpoint = written.toBuilder();
    endpoint
        .getEndpointBuilder()
        .clearAdditionalAddresses()
        .setAddress(Addresses.loopback(address, world.port().applyAsInt(key), hostNames));
    if (endpoint.getEndpoint().hasHealthCheckConfig()) {
      endpoint.getEndpointBuilder().getHealthCheckConfigBuilder().clearAddress().clearPortValue();
    }
    // Any health status would still get traffic in Envoy's panic; what is drained is absent.
    return world.drained().test(key) ? Optional.empty() : Optional.of(endpoint.build());
  }

  private static String text(Address address) {
    return address.hasPipe()
        ? address.getPipe().getPath()
        : address.getSocketAddress().getAddress() + ":" + address.getSocketAddress().getPortValue();
  }

  private static Resource with(Resource resource, Message message) {
    return Resource.of(resource.type(), resource.name(), message.toByteString(), resource.path());
  }

  private static <T> T parse(Resource resource, Parser<T> parser) {
    try {
      return parser.parseFrom(resource.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource + " does not parse, though Lish rendered it", e);
    }
  }
}
