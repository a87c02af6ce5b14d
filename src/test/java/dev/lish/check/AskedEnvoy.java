package dev.lish.check;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.lish.model.ResourceType;
import dev.lish.testing.Bootstraps;
import dev.lish.testing.EnvoyProcess;
import dev.lish.testing.Envoys.Envoy;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A real Envoy that is asked, over delta ADS, what it thinks of one set of resources at a time. */
final class AskedEnvoy implements AutoCloseable {
  private final Ads ads;
  private final Server server;
  private final EnvoyProcess process;

  /**
   * Starts an Envoy.
   *
   * @param base what it has from the beginning
   * @param missing what it gets when it asks for something else by name
   */
  AskedEnvoy(
      Envoy envoy,
      Map<ResourceType, Map<String, ByteString>> base,
      BiFunction<ResourceType, String, @Nullable ByteString> missing) {
    ads = new Ads(base, missing);
    server =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .idleTimeoutMillis(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(GrpcService.builder().addService(ads).build())
            .build();
    server.start().join();
    try {
      process =
          EnvoyProcess.start(
              envoy,
              Bootstraps.ads(new Bootstraps.Node("asked", "asked"), true, server.activeLocalPort()),
              "--log-level",
              "error");
      try {
        process.awaitReady();
      } catch (AssertionError e) {
        process.close();
        throw e;
      }
    } catch (AssertionError e) {
      server.stop().join();
      throw e;
    }
  }

  /** The Envoy itself ended. */
  static final class Crashed extends Exception {
    private static final long serialVersionUID = 1;

    Crashed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What it says to these resources of a type: empty when it takes them, else its NACK. */
  String ask(ResourceType type, Map<String, ByteString> resources) throws Crashed {
    String answer = await(ads.send(type, resources, List.of()), type, resources);
    // What stands beside others on an Envoy can be in their way.
    if (type == ResourceType.CLUSTER || type == ResourceType.LISTENER) {
      await(ads.send(type, Map.of(), List.copyOf(resources.keySet())), type, resources);
    }
    return answer;
  }

  private String await(
      CompletableFuture<String> answer, ResourceType type, Map<String, ByteString> resources)
      throws Crashed {
    try {
      return answer.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      if (!process.isAlive()) {
        throw new Crashed("it crashed at %s %s".formatted(type.label(), resources.keySet()), e);
      }
      throw new AssertionError(
          "no answer to %s %s; alive: %s"
              .formatted(type.label(), resources.keySet(), process.isAlive()),
          e);
    }
  }

  /** What it says of itself in its first request; a {@code Node} without anything before. */
  Node node() {
    return ads.node;
  }

  /** A counter of it; 0 where it has none of this name. */
  long stat(String name) {
    return process.stat(name).orElse(0);
  }

  /** What it said of what it asked for by itself; empty when it took all of it. */
  String complaints() {
    return String.join("", ads.complaints);
  }

  @Override
  public void close() {
    process.close();
    server.stop().join();
  }

  /** The server: one Envoy, one stream. */
  private static final class Ads extends AggregatedDiscoveryServiceImplBase {
    private final Map<ResourceType, Map<String, ByteString>> base;
    private final BiFunction<ResourceType, String, @Nullable ByteString> missing;
    private final Map<String, CompletableFuture<String>> open = new HashMap<>();
    private @Nullable StreamObserver<DeltaDiscoveryResponse> stream;
    private int nonce;
    private volatile Node node = Node.getDefaultInstance();

    /** What it says of what it asked for itself. */
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Ads(
        Map<ResourceType, Map<String, ByteString>> base,
        BiFunction<ResourceType, String, @Nullable ByteString> missing) {
      this.base = new EnumMap<>(base);
      this.missing = missing;
    }

    synchronized CompletableFuture<String> send(
        ResourceType type, Map<String, ByteString> resources, List<String> removed) {
      StreamObserver<DeltaDiscoveryResponse> to = stream;
      if (to == null) {
        return CompletableFuture.failedFuture(new IllegalStateException("no stream"));
      }
      nonce++;
      CompletableFuture<String> answer = new CompletableFuture<>();
      open.put("" + nonce, answer);
      DeltaDiscoveryResponse.Builder response =
          DeltaDiscoveryResponse.newBuilder()
              .setTypeUrl(type.typeUrl())
              .setNonce("" + nonce)
              .addAllRemovedResources(removed);
      resources.forEach(
          (name, body) ->
              response.addResources(
                  Resource.newBuilder()
                      .setName(name)
                      .setVersion("" + nonce)
                      .setResource(
                          Any.newBuilder().setTypeUrl(type.typeUrl()).setValue(body).build())));
      to.onNext(response.build());
      return answer;
    }

    private synchronized void request(DeltaDiscoveryRequest request) {
      if (request.hasNode()) {
        node = request.getNode();
      }
      CompletableFuture<String> answer = open.remove(request.getResponseNonce());
      if (answer != null) {
        answer.complete(request.hasErrorDetail() ? request.getErrorDetail().getMessage() : "");
      }
      ResourceType type = ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow();
      Map<String, ByteString> found = new TreeMap<>();
      Map<String, ByteString> known = base.getOrDefault(type, Map.of());
      boolean all =
          answer == null && (type == ResourceType.CLUSTER || type == ResourceType.LISTENER);
      if (all) {
        found.putAll(known);
      }
      for (String name : request.getResourceNamesSubscribeList()) {
        ByteString body = known.containsKey(name) ? known.get(name) : missing.apply(type, name);
        if (body != null && !name.equals("*")) {
          found.put(name, body);
        }
      }
      if (all || !found.isEmpty()) {
        CompletableFuture<Void> unused = send(type, found, List.of()).thenAccept(complaints::add);
      }
    }

    @Override
    public synchronized StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> to) {
      stream = to;
      return new StreamObserver<>() {
        @Override
        public void onNext(DeltaDiscoveryRequest request) {
          request(request);
        }

        private void request(DeltaDiscoveryRequest request) {
          Ads.this.request(request);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          to.onCompleted();
        }
      };
    }
  }
}
