package dev.lish.app;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.lish.model.ResourceType;
import dev.lish.testing.Await;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** One delta ADS stream that takes everything, and rejects what a test tells it to. */
public final class FakeEnvoy implements AutoCloseable, StreamObserver<DeltaDiscoveryResponse> {
  private final Map<ResourceType, Map<String, String>> versions = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, String> rejecting = new EnumMap<>(ResourceType.class);
  private final AtomicReference<StreamObserver<DeltaDiscoveryRequest>> out =
      new AtomicReference<>();
  private final Set<String> asked = new TreeSet<>();
  private final Map<String, ByteString> assignments = new TreeMap<>();
  private final Map<String, Integer> received = new TreeMap<>();
  private int responses;
  private boolean ended;

  private FakeEnvoy() {}

  /** Connects, and asks for all clusters and listeners; assignments follow by name. */
  public static FakeEnvoy connect(
      int port, String id, String cluster, Map<String, String> metadata) {
    FakeEnvoy envoy = new FakeEnvoy();
    envoy.open(port, id, cluster, metadata);
    return envoy;
  }

  private void open(int port, String id, String cluster, Map<String, String> metadata) {
    Struct.Builder struct = Struct.newBuilder();
    metadata.forEach(
        (key, value) -> struct.putFields(key, Value.newBuilder().setStringValue(value).build()));
    Node node =
        Node.newBuilder()
            .setId(id)
            .setCluster(cluster)
            .setLocality(Locality.newBuilder().setZone("tokyo-1"))
            .setMetadata(struct)
            .build();
    out.set(
        GrpcClients.builder("gproto+http://127.0.0.1:" + port + "/")
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build(AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub.class)
            .deltaAggregatedResources(this));
    send(request(ResourceType.CLUSTER).setNode(node));
    send(request(ResourceType.LISTENER));
  }

  private static DeltaDiscoveryRequest.Builder request(ResourceType type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
  }

  private synchronized void send(DeltaDiscoveryRequest.Builder request) {
    StreamObserver<DeltaDiscoveryRequest> to = out.get();
    if (to != null && !ended) {
      to.onNext(request.build());
    }
  }

  /** Asks for these assignments. */
  synchronized FakeEnvoy askEndpoints(String... names) {
    if (asked.addAll(List.of(names))) {
      send(request(ResourceType.ENDPOINT).addAllResourceNamesSubscribe(List.of(names)));
    }
    return this;
  }

  /** Rejects every response of this type from now on. */
  synchronized FakeEnvoy rejecting(ResourceType type, String message) {
    rejecting.put(type, message);
    return this;
  }

  /** Accepts again. */
  synchronized FakeEnvoy accepting() {
    rejecting.clear();
    return this;
  }

  @Override
  public synchronized void onNext(DeltaDiscoveryResponse response) {
    responses++;
    ResourceType type = ResourceType.ofTypeUrl(response.getTypeUrl()).orElseThrow();
    String message = rejecting.getOrDefault(type, "");
    DeltaDiscoveryRequest.Builder answer = request(type).setResponseNonce(response.getNonce());
    if (message.isEmpty()) {
      Map<String, String> has = versions.computeIfAbsent(type, t -> new TreeMap<>());
      for (Resource resource : response.getResourcesList()) {
        has.put(resource.getName(), resource.getVersion());
        received.merge(resource.getName(), 1, Integer::sum);
        if (type == ResourceType.ENDPOINT) {
          assignments.put(resource.getName(), resource.getResource().getValue());
        }
      }
      response.getRemovedResourcesList().forEach(has::remove);
    } else {
      answer.setErrorDetail(Status.newBuilder().setCode(13).setMessage(message));
    }
    send(answer);
  }

  @Override
  public synchronized void onError(Throwable error) {
    ended = true;
  }

  @Override
  public synchronized void onCompleted() {
    ended = true;
  }

  /** The names of what it has. */
  public synchronized Set<String> names(ResourceType type) {
    return new TreeSet<>(versions.getOrDefault(type, Map.of()).keySet());
  }

  /** Name to version of what it has. */
  synchronized Map<String, String> versions(ResourceType type) {
    return new TreeMap<>(versions.getOrDefault(type, Map.of()));
  }

  /** The assignment that it has last; empty when it has none. */
  synchronized Optional<ClusterLoadAssignment> assignment(String name) {
    ByteString bytes = assignments.get(name);
    try {
      return bytes == null ? Optional.empty() : Optional.of(ClusterLoadAssignment.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(name, e);
    }
  }

  /** Name to how many times it came, since the last call; of all types. */
  synchronized Map<String, Integer> takeReceived() {
    Map<String, Integer> taken = new TreeMap<>(received);
    received.clear();
    return taken;
  }

  /** How many responses came. */
  synchronized int responses() {
    return responses;
  }

  /** Waits until it has something of this type. */
  public FakeEnvoy awaitSome(ResourceType type) {
    Await.until("it has a " + type, () -> !names(type).isEmpty());
    return this;
  }

  /** Waits until the server has ended the stream. */
  void awaitEnd() {
    Await.until("the stream ends", this::ended);
  }

  /** True when the stream is over. */
  synchronized boolean ended() {
    return ended;
  }

  @Override
  public synchronized void close() {
    if (!ended) {
      ended = true;
      StreamObserver<DeltaDiscoveryRequest> to = out.get();
      if (to != null) {
        to.onCompleted();
      }
    }
  }
}
