package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import dev.lish.testing.Await;
import dev.lish.testing.SampleMesh;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.xds.XdsNameResolverProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** grpc-java's own client of xDS: it was written by others, to the same protocol. */
class GrpcClientIT {
  private static final MethodDescriptor<StringValue, StringValue> WHO =
      MethodDescriptor.<StringValue, StringValue>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Who/Is")
          .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
          .build();

  private static final String LISTENER =
      """
      name: service
      api_listener:
        api_listener:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          rds: { route_config_name: service, config_source: { ads: {}, resource_api_version: V3 } }
          http_filters:
            - name: envoy.filters.http.router
              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
      """;

  private static final String ROUTE =
      """
      name: service
      virtual_hosts:
        - name: service
          domains: [ "*" ]
          routes: [ { match: { prefix: "" }, route: { cluster: who } } ]
      """;

  private static final String CLUSTER =
      """
      name: who
      type: EDS
      lb_policy: ROUND_ROBIN
      eds_cluster_config: { eds_config: { ads: {}, resource_api_version: V3 } }
      """;

  /** Clients of gRPC ignore localities without a weight. */
  private static final String ENDPOINTS =
      """
      cluster_name: who
      endpoints: [ { discover: { registry: who, service: who, weight: 1 } } ]
      """;

  private static final AtomicInteger SCHEMES = new AtomicInteger();

  @TempDir Path folder;

  private final Server one = server("one");
  private final Server two = server("two");
  private final Server three = server("three");

  private static Server server(String name) {
    try {
      return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
          .addService(
              ServerServiceDefinition.builder("test.Who")
                  .addMethod(
                      WHO,
                      ServerCalls.asyncUnaryCall(
                          (request, answer) -> {
                            answer.onNext(StringValue.of(name));
                            answer.onCompleted();
                          }))
                  .build())
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    List.of(one, two, three).forEach(Server::shutdownNow);
  }

  private Path mesh(Server... instances) {
    Path mesh = SampleMesh.copy(folder.resolve("mesh"), 1, 2, 3);
    try {
      Files.writeString(
          mesh.resolve("mesh.yaml"),
          """
          stages: [ { name: release } ]
          groups: [ { name: grpc, nodes: { cluster: grpc }, resources: [ "grpc/**" ] } ]
          # All instances are replaced at once here, which the guard would keep from happening.
          guard: { enabled: false }
          """);
      write(mesh, "grpc/listeners/service.yaml", LISTENER);
      write(mesh, "grpc/routes/service.yaml", ROUTE);
      write(mesh, "grpc/clusters/who.yaml", CLUSTER);
      write(mesh, "grpc/endpoints/who.yaml", ENDPOINTS);
      register(mesh, instances);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return mesh;
  }

  private static void register(Path mesh, Server... instances) throws IOException {
    StringBuilder text = new StringBuilder("services:\n  who:\n");
    for (Server instance : instances) {
      text.append("    - { id: i")
          .append(instance.getPort())
          .append(", address: 127.0.0.1, port: ")
          .append(instance.getPort())
          .append(" }\n");
    }
    write(mesh, "registries/who.yaml", text.toString());
  }

  private static void write(Path mesh, String file, String text) throws IOException {
    Files.createDirectories(mesh.resolve(file).getParent());
    Files.writeString(mesh.resolve(file), text);
  }

  private static Map<String, ?> bootstrap(LishServer... replicas) {
    return Map.of(
        "xds_servers",
        Stream.of(replicas)
            .map(
                lish ->
                    Map.of(
                        "server_uri",
                        "127.0.0.1:" + lish.xdsPort(),
                        "channel_creds",
                        List.of(Map.of("type", "insecure")),
                        "server_features",
                        List.of("xds_v3")))
            .toList(),
        "node",
        Map.of("id", "grpc-1", "cluster", "grpc"));
  }

  private static String who(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(
            channel,
            WHO,
            CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS).withWaitForReady(),
            StringValue.getDefaultInstance())
        .getValue();
  }

  /** Calls until just these answer, in turn. */
  private static void awaitAnswersBy(ManagedChannel channel, String... names) {
    Await.until(
        "answers by " + List.of(names),
        () -> {
          Set<String> answers = new TreeSet<>();
          for (int i = 0; i < 2 * names.length; i++) {
            answers.add(who(channel));
          }
          return answers.equals(Set.of(names));
        });
  }

  private static void awaitStreams(LishServer lish, int streams) {
    Await.until(
        streams + " streams on port " + lish.xdsPort(),
        () -> lish.lish().nodes().size() == streams);
  }

  /** A channel with an xDS client of its own. */
  private static final class Channel implements AutoCloseable {
    final ManagedChannel channel;
    private final XdsNameResolverProvider resolver;

    Channel(LishServer... replicas) {
      String scheme = "xds" + SCHEMES.incrementAndGet();
      resolver = XdsNameResolverProvider.createForTest(scheme, bootstrap(replicas));
      NameResolverRegistry.getDefaultRegistry().register(resolver);
      channel =
          Grpc.newChannelBuilder(scheme + ":///service", InsecureChannelCredentials.create())
              .build();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      NameResolverRegistry.getDefaultRegistry().deregister(resolver);
    }
  }

  @Test
  void serviceIsResolvedFollowedAndSurvivesTheLossOfReplicas() throws IOException {
    Path mesh = mesh(one, two);
    try (LishServer first = replica("first", mesh);
        LishServer second = replica("second", mesh);
        Channel early = new Channel(first, second)) {
      awaitAnswersBy(early.channel, "one", "two");
      awaitStreams(first, 1);

      // Endpoints change, on both replicas alike.
      register(mesh, two, three);
      first.push("Other instances");
      second.push("Other instances");
      awaitAnswersBy(early.channel, "two", "three");

      // Both are gone: it goes on with what it has.
      first.stop();
      second.stop();
      for (int i = 0; i < 100; i++) {
        assertThat(who(early.channel)).isIn("two", "three");
      }

      // The second is back. A client that lacks something asks it; one that has all need not.
      second.start();
      second.awaitReady();
      try (Channel late = new Channel(first, second)) {
        awaitAnswersBy(late.channel, "two", "three");
        awaitStreams(second, 1);
        register(mesh, one);
        second.push("Back to one");
        awaitAnswersBy(late.channel, "one");

        // The first is back too, and both clients return to it.
        first.start();
        first.awaitReady();
        awaitStreams(first, 2);
        awaitStreams(second, 0);
        first.push("Back to one");
        awaitAnswersBy(early.channel, "one");
        awaitAnswersBy(late.channel, "one");
      }
      first.recorder().assertClean();
      second.recorder().assertClean();
    }
  }

  private LishServer replica(String name, Path mesh) {
    return LishServer.start(folder.resolve(name), mesh).awaitReady();
  }
}
