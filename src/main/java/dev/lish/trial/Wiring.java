package dev.lish.trial;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import dev.lish.snapshot.Snapshot;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * Puts addresses of this machine in place of the mesh's: listeners get a free port of loopback,
 * endpoints lead to {@link Stubs}. All else stays as it was rendered. Called by one thread at a
 * time.
 */
final class Wiring implements UnaryOperator<Assignment> {
  /** Of one entry of an assignment: more show nothing more, and each takes a port. */
  static final int MOST_ENDPOINTS = 4;

  private static final String LOOPBACK = "127.0.0.1";

  private final Stubs stubs;
  private final Set<Stubs.Key> drained = java.util.concurrent.ConcurrentHashMap.newKeySet();

  private boolean tls;

  Wiring(Stubs stubs) {
    this.stubs = stubs;
  }

  /** The endpoint is left out from the next publication on. */
  void drain(Stubs.Key endpoint) {
    drained.add(endpoint);
  }

  /** No endpoint is; true when one was. */
  boolean undrain() {
    boolean any = !drained.isEmpty();
    drained.clear();
    return any;
  }

  @Override
  public Assignment apply(Assignment rendered) {
    // All that are met are started together, so it takes one pass to learn of them.
    Set<Stubs.Key> met = new LinkedHashSet<>();
    ToIntFunction<Stubs.Key> meet =
        key -> {
          met.add(key);
          return 1;
        };
    rendered.snapshots().values().forEach(snapshot -> wire(snapshot, meet));
    stubs.start(met, tls);
    Map<SnapshotKey, Snapshot> wired = new HashMap<>();
    rendered.snapshots().forEach((key, snapshot) -> wired.put(key, wire(snapshot, stubs::port)));
    return new Assignment(rendered.stages(), rendered.groups(), wired);
  }

  private Snapshot wire(Snapshot snapshot, ToIntFunction<Stubs.Key> port) {
    Map<String, Set<String>> users = users(snapshot);
    One one = new One(port);
    Map<ResourceType, List<Resource>> wired = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      List<Resource> all = new ArrayList<>();
      for (Resource resource : new TreeMap<>(snapshot.set(type).byName()).values()) {
        switch (type) {
          case LISTENER -> all.add(listener(resource));
          case CLUSTER -> all.add(one.cluster(resource, users));
          case ENDPOINT -> all.addAll(one.assignments(resource, users));
          default -> all.add(resource);
        }
      }
      wired.put(type, all);
    }
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    wired.forEach((type, all) -> sets.put(type, ResourceSet.of(type, all)));
    return snapshot.rehearsed(sets);
  }

  /** EDS name to the clusters that ask for it. */
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

  private static String edsName(Cluster cluster) {
    String name = cluster.getEdsClusterConfig().getServiceName();
    return name.isEmpty() ? cluster.getName() : name;
  }

  /** Two clusters that share an EDS name get an assignment each, so that they can be told apart. */
  private static String ownName(String edsName, String cluster) {
    return edsName + "#" + cluster;
  }

  private static Resource listener(Resource resource) {
    Listener.Builder listener = parse(resource, Listener.parser()).toBuilder();
    boolean binds = !listener.hasBindToPort() || listener.getBindToPort().getValue();
    if (listener.hasInternalListener() || listener.hasApiListener() || !binds) {
      return resource;
    }
    listener.setAddress(free(listener.getAddress()));
    for (AdditionalAddress.Builder more : listener.getAdditionalAddressesBuilderList()) {
      more.setAddress(free(more.getAddress()));
    }
    // Both need privileges that a test does not have.
    listener.clearTransparent().clearFreebind();
    return with(resource, listener.build());
  }

  private static Address free(Address address) {
    SocketAddress.Protocol protocol = address.getSocketAddress().getProtocol();
    return Address.newBuilder()
        .setSocketAddress(
            SocketAddress.newBuilder().setProtocol(protocol).setAddress(LOOPBACK).setPortValue(0))
        .build();
  }

  /** One pass over a snapshot; it asks for the port of every endpoint that it meets. */
  private final class One {
    private final ToIntFunction<Stubs.Key> port;

    One(ToIntFunction<Stubs.Key> port) {
      this.port = port;
    }

    Resource cluster(Resource resource, Map<String, Set<String>> users) {
      Cluster.Builder cluster = parse(resource, Cluster.parser()).toBuilder();
      if (cluster.getType() == Cluster.DiscoveryType.EDS) {
        String name = edsName(cluster.build());
        if (users.getOrDefault(name, Set.of()).size() > 1) {
          cluster.getEdsClusterConfigBuilder().setServiceName(ownName(name, cluster.getName()));
        }
      } else if (cluster.hasLoadAssignment()) {
        cluster.setLoadAssignment(assignment(cluster.getName(), cluster.getLoadAssignment()));
      }
      if (cluster.hasTransportSocket()) {
        cluster.setTransportSocket(trusting(cluster.getTransportSocket()));
      }
      cluster
          .getTransportSocketMatchesBuilderList()
          .forEach(match -> match.setTransportSocket(trusting(match.getTransportSocket())));
      return with(resource, cluster.build());
    }

    List<Resource> assignments(Resource resource, Map<String, Set<String>> users) {
      ClusterLoadAssignment assignment = parse(resource, ClusterLoadAssignment.parser());
      Set<String> clusters = users.getOrDefault(resource.name(), Set.of());
      List<Resource> all = new ArrayList<>();
      for (String cluster : clusters) {
        String name = clusters.size() > 1 ? ownName(resource.name(), cluster) : resource.name();
        ClusterLoadAssignment own =
            assignment(cluster, assignment).toBuilder().setClusterName(name).build();
        all.add(Resource.of(ResourceType.ENDPOINT, name, own.toByteString(), resource.path()));
      }
      return all;
    }

    private ClusterLoadAssignment assignment(String cluster, ClusterLoadAssignment written) {
      ClusterLoadAssignment.Builder assignment = written.toBuilder();
      for (LocalityLbEndpoints.Builder entry : assignment.getEndpointsBuilderList()) {
        List<LbEndpoint> kept = new ArrayList<>();
        int counted = 0;
        for (LbEndpoint endpoint : entry.getLbEndpointsList()) {
          if (counted++ < MOST_ENDPOINTS) {
            endpoint(cluster, endpoint).ifPresent(kept::add);
          }
        }
        entry.clearLbEndpoints().addAllLbEndpoints(kept);
      }
      return assignment.build();
    }

    private Optional<LbEndpoint> endpoint(String cluster, LbEndpoint written) {
      Address address = written.getEndpoint().getAddress();
      if (!address.hasSocketAddress() && !address.hasPipe()) {
        return Optional.of(written);
      }
      Stubs.Key key = new Stubs.Key(cluster, text(address));
      LbEndpoint.Builder endpoint = written.toBuilder();
      endpoint
          .getEndpointBuilder()
          .clearAdditionalAddresses()
          .setAddress(
              Address.newBuilder()
                  .setSocketAddress(
                      SocketAddress.newBuilder()
                          .setAddress(LOOPBACK)
                          .setPortValue(port.applyAsInt(key))));
      if (endpoint.getEndpoint().hasHealthCheckConfig()) {
        endpoint.getEndpointBuilder().getHealthCheckConfigBuilder().clearAddress().clearPortValue();
      }
      // Any health status would still get traffic in Envoy's panic; what is drained is absent.
      return drained.contains(key) ? Optional.empty() : Optional.of(endpoint.build());
    }
  }

  private static String text(Address address) {
    return address.hasPipe()
        ? address.getPipe().getPath()
        : address.getSocketAddress().getAddress() + ":" + address.getSocketAddress().getPortValue();
  }

  /** Envoy goes on speaking TLS, but to a stub, whose certificate nobody has signed. */
  private TransportSocket trusting(TransportSocket socket) {
    tls = true;
    if (!socket.getTypedConfig().is(UpstreamTlsContext.class)) {
      return socket;
    }
    try {
      UpstreamTlsContext.Builder tls =
          socket.getTypedConfig().unpack(UpstreamTlsContext.class).toBuilder();
      tls.getCommonTlsContextBuilder().clearValidationContextType();
      return socket.toBuilder().setTypedConfig(Any.pack(tls.build())).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a transport socket that was rendered does not parse", e);
    }
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
