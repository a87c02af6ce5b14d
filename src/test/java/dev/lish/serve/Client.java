package dev.lish.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.rpc.Status;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** One stream that says and answers exactly what a test tells it to. */
final class Client implements AutoCloseable {
  /** Of the layer that {@link #silent} asks for; never a part of a test. */
  private static final String BARRIER = "barrier-";

  final boolean delta;
  private final ClientCallStreamObserver<Object> out;
  private final BlockingQueue<Object> in = new LinkedBlockingQueue<>();
  private final Map<ResourceType, List<String>> names = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, String> versions = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, String> nonces = new EnumMap<>(ResourceType.class);
  private final Set<String> noncesSeen = new HashSet<>();
  private Optional<Node> node =
      Optional.of(Node.newBuilder().setId("envoy-1").setCluster("edge").build());
  private int barriers;

  /** A response, whatever the protocol; resources by name. */
  record Answer(
      ResourceType type,
      String version,
      String nonce,
      Map<String, ByteString> resources,
      Map<String, String> versions,
      List<String> removed) {
    List<String> names() {
      return List.copyOf(resources.keySet());
    }
  }

  static Client sotw(Server server) {
    return new Client(
        server, AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod(), false);
  }

  static Client delta(Server server) {
    return new Client(
        server, AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(), true);
  }

  /** To a Lish in a process of its own. */
  static Client sotw(int port) {
    return new Client(
        port, AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod(), false, true);
  }

  static Client of(Server server, boolean delta) {
    return delta ? delta(server) : sotw(server);
  }

  /** A stream that takes nothing from the connection until {@link #listen}. */
  static Client deaf(Server server, boolean delta) {
    return new Client(
        server.port(),
        delta
            ? AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod()
            : AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod(),
        delta,
        false);
  }

  Client(Server server, MethodDescriptor<?, ?> method, boolean delta) {
    this(server.port(), method, delta, true);
  }

  private Client(int port, MethodDescriptor<?, ?> method, boolean delta, boolean listens) {
    this.delta = delta;
    var channel =
        GrpcClients.builder("gproto+http://127.0.0.1:" + port + "/")
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build(AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceStub.class)
            .getChannel();
    AtomicReference<ClientCallStreamObserver<Object>> to = new AtomicReference<>();
    @SuppressWarnings("unchecked")
    ClientCall<Object, Object> call =
        channel.newCall((MethodDescriptor<Object, Object>) method, CallOptions.DEFAULT);
    var unused =
        ClientCalls.asyncBidiStreamingCall(
            call,
            new ClientResponseObserver<Object, Object>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<Object> requests) {
                to.set(requests);
                if (!listens) {
                  requests.disableAutoRequestWithInitial(0);
                }
              }

              @Override
              public void onNext(Object response) {
                in.add(response);
              }

              @Override
              public void onError(Throwable error) {
                in.add(error);
              }

              @Override
              public void onCompleted() {
                in.add("completed");
              }
            });
    out = Objects.requireNonNull(to.get());
  }

  /** Takes what comes from now on. */
  Client listen() {
    out.request(Integer.MAX_VALUE);
    return this;
  }

  /** Resets the stream. */
  void reset() {
    out.cancel("reset", null);
  }

  Client node(String id, String cluster) {
    node = Optional.of(Node.newBuilder().setId(id).setCluster(cluster).build());
    return this;
  }

  Client noNode() {
    node = Optional.empty();
    return this;
  }

  /** SotW: these names from now on. Delta: these names too. None: the empty list. */
  Client ask(ResourceType type, String... wanted) {
    if (delta) {
      return send(DeltaDiscoveryRequest.newBuilder(), type, List.of(wanted), List.of());
    }
    names.put(type, List.of(wanted));
    return send(sotw(type));
  }

  /** SotW, on a new stream: asks, and says which version the client has. */
  Client askHaving(ResourceType type, String version, String... wanted) {
    versions.put(type, version);
    return ask(type, wanted);
  }

  /** Delta, on a new stream: asks, and says which resources the client has. */
  Client askHaving(ResourceType type, Map<String, String> has, String... wanted) {
    return send(
        DeltaDiscoveryRequest.newBuilder().putAllInitialResourceVersions(has),
        type,
        List.of(wanted),
        List.of());
  }

  Client drop(ResourceType type, String... unwanted) {
    return send(DeltaDiscoveryRequest.newBuilder(), type, List.of(), List.of(unwanted));
  }

  private DiscoveryRequest.Builder sotw(ResourceType type) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setVersionInfo(versions.getOrDefault(type, ""))
        .setResponseNonce(nonces.getOrDefault(type, ""))
        .addAllResourceNames(names.getOrDefault(type, List.of()));
  }

  Client send(DiscoveryRequest.Builder request) {
    node.ifPresent(request::setNode);
    node = Optional.empty();
    out.onNext(request.build());
    return this;
  }

  Client send(DeltaDiscoveryRequest.Builder request) {
    node.ifPresent(request::setNode);
    node = Optional.empty();
    out.onNext(request.build());
    return this;
  }

  private Client send(
      DeltaDiscoveryRequest.Builder request,
      ResourceType type,
      List<String> subscribe,
      List<String> unsubscribe) {
    return send(
        request
            .setTypeUrl(type.typeUrl())
            .addAllResourceNamesSubscribe(subscribe)
            .addAllResourceNamesUnsubscribe(unsubscribe));
  }

  Client ack(Answer answer) {
    if (delta) {
      return send(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(answer.type.typeUrl())
              .setResponseNonce(answer.nonce));
    }
    versions.put(answer.type, answer.version);
    nonces.put(answer.type, answer.nonce);
    return send(sotw(answer.type));
  }

  Client nack(Answer answer, String message) {
    Status error = Status.newBuilder().setCode(13).setMessage(message).build();
    if (delta) {
      return send(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(answer.type.typeUrl())
              .setResponseNonce(answer.nonce)
              .setErrorDetail(error));
    }
    nonces.put(answer.type, answer.nonce);
    return send(sotw(answer.type).setErrorDetail(error));
  }

  /** The next response, which must be of that type. */
  Answer next(ResourceType type) {
    Answer answer = next();
    assertThat(answer.type).as("type of %s", answer).isEqualTo(type);
    return answer;
  }

  /** The next response, accepted. */
  Answer accept(ResourceType type) {
    Answer answer = next(type);
    ack(answer);
    return answer;
  }

  private Answer next() {
    Object message = poll();
    if (message instanceof Throwable error) {
      throw new AssertionError("the stream ended", error);
    }
    return answer(message);
  }

  private Object poll() {
    try {
      Object message = in.poll(20, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no response within 20 s");
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** How the stream ended. */
  io.grpc.Status end() {
    for (; ; ) {
      Object message = poll();
      if (message instanceof Throwable error) {
        return io.grpc.Status.fromThrowable(error);
      }
      if (message.equals("completed")) {
        return io.grpc.Status.OK;
      }
    }
  }

  /**
   * Nothing more comes: a layer that does not exist is asked for, and its empty answer is the first
   * to come.
   */
  Client silent() {
    String layer = BARRIER + barriers++;
    ask(ResourceType.RUNTIME, layer);
    Answer answer = next();
    assertThat(answer.names()).as("names of an unexpected %s", answer).containsExactly(layer);
    ack(answer);
    return this;
  }

  private Answer answer(Object message) {
    Answer answer =
        message instanceof DeltaDiscoveryResponse d ? of(d) : of((DiscoveryResponse) message);
    assertThat(noncesSeen.add(answer.type + answer.nonce)).as("new nonce: %s", answer).isTrue();
    return answer;
  }

  private static Answer of(DiscoveryResponse response) {
    Map<String, ByteString> resources = new LinkedHashMap<>();
    for (Any any : response.getResourcesList()) {
      assertThat(any.getTypeUrl()).isEqualTo(response.getTypeUrl());
      assertThat(resources.put(name(any.getValue()), any.getValue())).isNull();
    }
    return new Answer(
        ResourceType.ofTypeUrl(response.getTypeUrl()).orElseThrow(),
        response.getVersionInfo(),
        response.getNonce(),
        resources,
        Map.of(),
        List.of());
  }

  private static Answer of(DeltaDiscoveryResponse response) {
    Map<String, ByteString> resources = new LinkedHashMap<>();
    Map<String, String> versions = new LinkedHashMap<>();
    for (Resource resource : response.getResourcesList()) {
      assertThat(resource.getResource().getTypeUrl()).isEqualTo(response.getTypeUrl());
      assertThat(resource.getName()).isEqualTo(name(resource.getResource().getValue()));
      assertThat(resources.put(resource.getName(), resource.getResource().getValue())).isNull();
      versions.put(resource.getName(), resource.getVersion());
    }
    return new Answer(
        ResourceType.ofTypeUrl(response.getTypeUrl()).orElseThrow(),
        response.getSystemVersionInfo(),
        response.getNonce(),
        resources,
        versions,
        response.getRemovedResourcesList());
  }

  /** Field 1 is the name in every type that Lish serves. */
  private static String name(ByteString body) {
    try {
      CodedInputStream stream = body.newCodedInput();
      assertThat(stream.readTag()).isEqualTo(10);
      return stream.readString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    finish();
  }

  /** Half-closes. */
  void finish() {
    try {
      out.onCompleted();
    } catch (IllegalStateException e) {
      // It was ended by the other side.
    }
  }
}
