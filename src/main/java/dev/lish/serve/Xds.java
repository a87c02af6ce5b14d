package dev.lish.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.model.Node;
import dev.lish.model.ResourceType;
import dev.lish.model.Version;
import dev.lish.snapshot.Assignment;
import dev.lish.snapshot.ResourceSet;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The xDS server: state of the world and delta, aggregated and separate. It is to be hosted by
 * Armeria's {@code GrpcService}, on event loops: {@code useBlockingTaskExecutor(false)}, no request
 * timeout, no limit on the length of a whole stream.
 */
public final class Xds {
  private static final String ROOT = "envoy.service.";

  private static final Logger LOG = LoggerFactory.getLogger(Xds.class);

  private final Streams streams;

  /**
   * Serves nothing yet: until the first publication every stream is met by silence.
   *
   * @param secretsInCleartext true: streams without TLS are sent secrets too
   * @param events called on event loops, so it must not block
   * @param meter called on event loops, so it must not block
   */
  public Xds(
      XdsLimits limits,
      boolean secretsInCleartext,
      Clock clock,
      Consumer<StreamEvent> events,
      XdsMeter meter) {
    streams = new Streams(limits, secretsInCleartext, clock, events, meter);
  }

  /**
   * The aggregated service and one for each type; their unary Fetch methods are not implemented.
   */
  public List<ServerServiceDefinition> services() {
    return List.of(
        service("discovery.v3.AggregatedDiscoveryService", "AggregatedResources", Optional.empty()),
        service("cluster.v3.ClusterDiscoveryService", "Clusters", ResourceType.CLUSTER),
        service("endpoint.v3.EndpointDiscoveryService", "Endpoints", ResourceType.ENDPOINT),
        service("listener.v3.ListenerDiscoveryService", "Listeners", ResourceType.LISTENER),
        service("route.v3.RouteDiscoveryService", "Routes", ResourceType.ROUTE),
        service("runtime.v3.RuntimeDiscoveryService", "Runtime", ResourceType.RUNTIME),
        service("secret.v3.SecretDiscoveryService", "Secrets", ResourceType.SECRET),
        service(
            "extension.v3.ExtensionConfigDiscoveryService",
            "ExtensionConfigs",
            ResourceType.EXTENSION));
  }

  /** Serves this from now on. To be called from one thread. */
  public void publish(Assignment assignment) {
    streams.publish(assignment, Streams.instant(streams.now()));
  }

  /**
   * Serves this from now on. To be called from one thread.
   *
   * @param since when a source told of what it changes
   */
  public void publish(Assignment assignment, Instant since) {
    streams.publish(assignment, since);
  }

  /**
   * Has the keeper told of each whole set that is sent on the way from one publication to another,
   * once: a later process is to {@link #remember} it, as well as what was published. To be called
   * before the port is open.
   *
   * @param keeper called on event loops, so it must not block
   */
  public void keep(BiConsumer<Version, ResourceSet> keeper) {
    streams.keep(keeper);
  }

  /**
   * Tells of a whole set that an earlier process sent, so that a state-of-the-world client that
   * reports its version is understood: what it has and must not lose yet stays. To be called before
   * the port is open.
   */
  public void remember(Version version, ResourceSet set) {
    streams.remember(version, set);
  }

  /** How many streams lack something of each type. */
  public Map<ResourceType, Integer> behind() {
    return streams.behind();
  }

  /** Every stream that has introduced itself; a node with several streams is there as often. */
  public List<NodeView> nodes() {
    return new ArrayList<>(streams.nodes());
  }

  /**
   * What the node of this id has accepted until now. It costs less than a microsecond, so it may be
   * asked for each message of a stream.
   */
  public Accepted accepted(String node) {
    return streams.accepted(node);
  }

  /**
   * The node whose serialized form this is, at the other end of the call that is served now; empty
   * when the bytes are no node.
   */
  public static Optional<Node> introduced(byte[] node) {
    try {
      return Optional.of(Peer.of(ServiceRequestContext.current()).introduce(node));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** How many streams are open. */
  public int streams() {
    return streams.open();
  }

  /**
   * Stops: refuses new streams and ends all others, so that Envoys connect elsewhere. Complete when
   * they have ended, or when the time is up.
   */
  public CompletableFuture<Void> drain(Duration within) {
    return streams.drain(within.toMillis());
  }

  private ServerServiceDefinition service(String name, String what, ResourceType only) {
    return service(name, what, Optional.of(only));
  }

  private ServerServiceDefinition service(String name, String what, Optional<ResourceType> only) {
    String full = ROOT + name;
    return ServerServiceDefinition.builder(full)
        .addMethod(method(full, "Stream" + what), handler(false, only))
        .addMethod(method(full, "Delta" + what), handler(true, only))
        .build();
  }

  private static MethodDescriptor<byte[], Response> method(String service, String name) {
    return MethodDescriptor.newBuilder(Response.REQUESTS, Response.MARSHALLER)
        .setType(MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
        .build();
  }

  private ServerCallHandler<byte[], Response> handler(boolean delta, Optional<ResourceType> only) {
    StreamKind kind = new StreamKind(delta, only.isEmpty());
    return (call, headers) -> open(call, kind, only);
  }

  private ServerCall.Listener<byte[]> open(
      ServerCall<byte[], Response> call, StreamKind kind, Optional<ResourceType> only) {
    String refusal = streams.refusal();
    if (!refusal.isEmpty()) {
      streams.meter.refused(refusal);
      call.close(
          Status.UNAVAILABLE.withDescription("no new streams here: " + refusal), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    ServiceRequestContext context = ServiceRequestContext.current();
    AdsStream.Origin origin =
        new AdsStream.Origin(
            context.eventLoop().withoutContext(),
            Peer.of(context),
            () -> {
              // Nobody need wait: the stream ends at once, and the connection after its last one.
              var unused = context.initiateConnectionShutdown();
            });
    AdsStream stream = new AdsStream(call, kind, only, origin, streams);
    streams.add(stream);
    var unused = context.log().whenComplete().thenAccept(log -> ended(stream, log));
    call.sendHeaders(new Metadata());
    // Each is dealt with before the next one is read, so there is nothing to ask for in between.
    call.request(Integer.MAX_VALUE);
    return stream;
  }

  /** A request that is too large never gets here: Armeria ends its stream before it is read. */
  private void ended(AdsStream stream, RequestLog log) {
    Throwable cause = log.requestCause();
    if (cause != null
        && !stream.closedHere()
        && Status.fromThrowable(cause).getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      LOG.warn("{} is refused: a request is too large: {}", stream, cause.getMessage());
      streams.meter.ended("size");
    }
  }
}
