package dev.lish.app;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.snapshot.Snapshot;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a mesh expects on this machine: the ports of its upstreams and of its listeners. */
final class Loopback {
  private Loopback() {}

  /** Port to the name of the cluster that has an endpoint there, on 127.0.0.1. */
  static SortedMap<Integer, String> upstreams(Collection<Snapshot> snapshots) {
    SortedMap<Integer, String> ports = new TreeMap<>();
    for (Snapshot snapshot : snapshots) {
      for (Resource cluster : snapshot.set(ResourceType.CLUSTER).byName().values()) {
        Cluster message = parse(cluster, Cluster.parser());
        addPorts(ports, message.getName(), message.getLoadAssignment());
        String edsName = message.getEdsClusterConfig().getServiceName();
        snapshot
            .set(ResourceType.ENDPOINT)
            .get(edsName.isEmpty() ? message.getName() : edsName)
            .map(r -> parse(r, ClusterLoadAssignment.parser()))
            .ifPresent(assignment -> addPorts(ports, message.getName(), assignment));
      }
    }
    return ports;
  }

  /** The port of the first listener on loopback, by name. */
  static OptionalInt listener(Snapshot snapshot) {
    return new TreeMap<>(snapshot.set(ResourceType.LISTENER).byName())
        .values().stream()
            .map(r -> parse(r, Listener.parser()).getAddress())
            .filter(Loopback::isLoopback)
            .mapToInt(a -> a.getSocketAddress().getPortValue())
            .findFirst();
  }

  private static void addPorts(
      SortedMap<Integer, String> ports, String cluster, ClusterLoadAssignment assignment) {
    assignment.getEndpointsList().stream()
        .flatMap(locality -> locality.getLbEndpointsList().stream())
        .map(endpoint -> endpoint.getEndpoint().getAddress())
        .filter(Loopback::isLoopback)
        .map(Address::getSocketAddress)
        .map(SocketAddress::getPortValue)
        .forEach(port -> ports.putIfAbsent(port, cluster));
  }

  private static boolean isLoopback(Address address) {
    return address.getSocketAddress().getAddress().startsWith("127.")
        && address.getSocketAddress().getPortValue() > 0;
  }

  private static <T> T parse(Resource resource, com.google.protobuf.Parser<T> parser) {
    try {
      return parser.parseFrom(resource.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource + " does not parse, though Lish rendered it", e);
    }
  }
}
