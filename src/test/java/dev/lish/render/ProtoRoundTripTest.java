package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ProtoRoundTripTest {
  private static final MessageTypes TYPES = MessageTypes.builtIn();
  private static final JsonFormat.TypeRegistry REGISTRY =
      JsonFormat.TypeRegistry.newBuilder()
          .add(Router.getDescriptor())
          .add(TcpProxy.getDescriptor())
          .build();
  private static final Map<ResourceType, Message> PROTOTYPES =
      Map.of(
          ResourceType.CLUSTER, Cluster.getDefaultInstance(),
          ResourceType.ENDPOINT, ClusterLoadAssignment.getDefaultInstance(),
          ResourceType.LISTENER, Listener.getDefaultInstance(),
          ResourceType.ROUTE, RouteConfiguration.getDefaultInstance(),
          ResourceType.RUNTIME, Runtime.getDefaultInstance(),
          ResourceType.SECRET, Secret.getDefaultInstance());

  @Provide
  Arbitrary<ResourceType> kinds() {
    return Arbitraries.of(PROTOTYPES.keySet().stream().sorted().toList());
  }

  @Property(tries = 150)
  void whatProtobufPrintsIsReadBack(@ForAll("kinds") ResourceType kind, @ForAll long seed)
      throws InvalidProtocolBufferException {
    Message message = message(kind, seed);
    JsonFormat.Printer printer = JsonFormat.printer().usingTypeRegistry(REGISTRY);
    assertSame(message, escaped(printer.print(message)));
    assertSame(message, escaped(printer.preservingProtoFieldNames().print(message)));
  }

  /** JSON takes a DEL as it is, YAML does not. */
  private static String escaped(String json) {
    return json.replace("\u007f", "\\u007f");
  }

  @Property(tries = 150)
  void whatLishPrintsIsReadBack(@ForAll("kinds") ResourceType kind, @ForAll long seed) {
    Message message = message(kind, seed);
    Resource resource = Resource.of(kind, "x", ProtoReader.bytes(message), "");
    assertSame(message, ProtoJson.of(TYPES).json(resource));
    assertSame(message, ProtoJson.of(TYPES).yaml(resource));
  }

  @Property(tries = 100)
  void protobufReadsTheJsonThatLishPrints(@ForAll("kinds") ResourceType kind, @ForAll long seed)
      throws InvalidProtocolBufferException {
    Message message = message(kind, seed);
    Resource resource = Resource.of(kind, "x", ProtoReader.bytes(message), "");
    Message.Builder builder = message.newBuilderForType();
    JsonFormat.parser()
        .usingTypeRegistry(REGISTRY)
        .merge(ProtoJson.of(TYPES).json(resource), builder);
    // By text, as protobuf's own parser packs maps into an Any in any order.
    JsonFormat.Printer printer = JsonFormat.printer().usingTypeRegistry(REGISTRY).sortingMapKeys();
    assertThat(printer.print(builder)).isEqualTo(printer.print(message));
  }

  private static Message message(ResourceType kind, long seed) {
    Message prototype = Objects.requireNonNull(PROTOTYPES.get(kind));
    return new RandomMessages(seed).fill(prototype, 3);
  }

  private static void assertSame(Message message, String yaml) {
    ProblemSink sink = new ProblemSink();
    Text text = new Text("f.yaml", yaml, false);
    Message read =
        YamlText.parse(text, sink).stream()
            .findFirst()
            .flatMap(
                document ->
                    new ProtoReader(TYPES, text, sink)
                        .read(message.getDescriptorForType(), document))
            .orElseThrow(() -> new AssertionError(sink.sorted() + "\n" + yaml));
    // By bytes, as NaN is not equal to itself.
    assertThat(ProtoReader.bytes(read)).as(yaml).isEqualTo(ProtoReader.bytes(message));
  }
}
