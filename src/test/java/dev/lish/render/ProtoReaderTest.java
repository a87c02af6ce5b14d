package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Structs;
import com.google.protobuf.util.Values;
import dev.lish.model.Problem;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.envoyproxy.envoy.type.v3.DoubleRange;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.nodes.Node;

class ProtoReaderTest {
  private static final MessageTypes TYPES = MessageTypes.builtIn();

  private final ProblemSink sink = new ProblemSink();

  @Test
  void aClusterIsReadByEitherNameOfItsFields() {
    Cluster expected =
        Cluster.newBuilder()
            .setName("payments")
            .setType(Cluster.DiscoveryType.EDS)
            .setConnectTimeout(Durations.fromMillis(250))
            .setPerConnectionBufferLimitBytes(UInt32Value.of(32768))
            .build();
    assertThat(
            cluster(
                """
                name: payments
                type: EDS
                connect_timeout: 0.25s
                per_connection_buffer_limit_bytes: 32768
                """))
        .isEqualTo(expected);
    assertThat(
            cluster(
                "{ name: payments, type: 3, connectTimeout: 0.250s,"
                    + " perConnectionBufferLimitBytes: \"32768\" }"))
        .isEqualTo(expected);
  }

  @Test
  void anAnyIsFoundByItsTypeUrl() {
    Message read =
        read(
            TypedExtensionConfig.getDescriptor(),
            """
            name: envoy.filters.http.router
            typed_config:
              suppress_envoy_headers: true
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """);
    assertThat(read)
        .isEqualTo(
            TypedExtensionConfig.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.newBuilder().setSuppressEnvoyHeaders(true).build()))
                .build());
  }

  @Test
  void aWellKnownTypeInAnAnyIsItsValue() {
    Message read =
        read(
            Any.getDescriptor(),
            "{ '@type': type.googleapis.com/google.protobuf.Duration, value: 3s }");
    assertThat(read).isEqualTo(Any.pack(Durations.fromSeconds(3)));
  }

  @Test
  void aTypedStructIsAMessageLikeAnyOther() throws Exception {
    Any any =
        (Any)
            read(
                Any.getDescriptor(),
                """
                "@type": type.googleapis.com/xds.type.v3.TypedStruct
                type_url: type.googleapis.com/acme.Filter
                value: { n: 1 }
                """);
    assertThat(any.unpack(TypedStruct.class))
        .isEqualTo(
            TypedStruct.newBuilder()
                .setTypeUrl("type.googleapis.com/acme.Filter")
                .setValue(Structs.of("n", Values.of(1)))
                .build());
  }

  @Test
  void aStructTakesAnyValue() {
    Message read =
        read(
            Runtime.getDescriptor(),
            """
            name: lish
            layer: { on: true, n: 5, half: 0.5, none: null, list: [a, 1], big: 9007199254740993 }
            """);
    assertThat(((Runtime) read).getLayer())
        .isEqualTo(
            Structs.of("on", Values.of(true), "n", Values.of(5)).toBuilder()
                .putFields("half", Values.of(0.5))
                .putFields("none", Values.ofNull())
                .putFields("list", Values.of(List.of(Values.of("a"), Values.of(1))))
                .putFields("big", Values.of("9007199254740993"))
                .build());
  }

  @Test
  void aPlainYesIsABoolWhereABoolIsExpectedAndAQuestionElsewhere() {
    assertThat(read(Router.getDescriptor(), "suppress_envoy_headers: yes"))
        .isEqualTo(Router.newBuilder().setSuppressEnvoyHeaders(true).build());
    read(Runtime.getDescriptor(), "name: x\nlayer:\n  canary: on\n");
    assertThat(only())
        .isEqualTo(
            "f.yaml:3: Runtime \"x\" layer.canary: found text \"on\" (expected: true, false, or text in"
                + " quotes)");
  }

  @Test
  void numbersOfAllKindsAreRead() {
    assertThat(read(Int64Range.getDescriptor(), "{ start: -9223372036854775808, end: '5' }"))
        .isEqualTo(Int64Range.newBuilder().setStart(Long.MIN_VALUE).setEnd(5).build());
    assertThat(read(Int64Range.getDescriptor(), "{ start: 0x10, end: 1e3 }"))
        .isEqualTo(Int64Range.newBuilder().setStart(16).setEnd(1000).build());
    assertThat(read(DoubleRange.getDescriptor(), "{ start: NaN, end: -Infinity }"))
        .isEqualTo(
            DoubleRange.newBuilder().setStart(Double.NaN).setEnd(Double.NEGATIVE_INFINITY).build());
    assertThat(read(DoubleRange.getDescriptor(), "{ start: .inf, end: 7 }"))
        .isEqualTo(DoubleRange.newBuilder().setStart(Double.POSITIVE_INFINITY).setEnd(7).build());
    assertThat(read(Pipe.getDescriptor(), "{ path: /tmp/x, mode: 0o755 }"))
        .isEqualTo(Pipe.newBuilder().setPath("/tmp/x").setMode(0755).build());
  }

  @Test
  void bytesAreBase64OfEitherAlphabetAlsoInABlock() {
    DataSource expected =
        DataSource.newBuilder()
            .setInlineBytes(ByteString.copyFrom(new byte[] {(byte) 0xFB, (byte) 0xFF, 1}))
            .build();
    for (String yaml :
        List.of(
            "inline_bytes: +/8B",
            "inline_bytes: -_8B",
            "inline_bytes: |\n  +/\n  8B\n",
            "inline_bytes: !!binary +/8B")) {
      assertThat(read(DataSource.getDescriptor(), yaml)).isEqualTo(expected);
    }
  }

  @Test
  void nullIsAbsent() {
    assertThat(read(Locality.getDescriptor(), "{ region: ~, zone: a, sub_zone: }"))
        .isEqualTo(Locality.newBuilder().setZone("a").build());
  }

  @Test
  void mergeKeysAndAliasesWork() {
    assertThat(
            cluster(
                """
                load_assignment:
                  cluster_name: a
                  endpoints:
                  - locality: &here { region: r, zone: z }
                  - locality: { <<: *here, zone: y }
                """))
        .extracting(c -> c.getLoadAssignment().getEndpoints(1).getLocality())
        .isEqualTo(Locality.newBuilder().setRegion("r").setZone("y").build());
  }

  @Test
  void anUnknownFieldNamesTheNearest() {
    cluster("name: a\nconect_timeout: 1s\n");
    assertThat(only())
        .isEqualTo(
            "f.yaml:2: Cluster \"a\": unknown field \"conect_timeout\" of"
                + " envoy.config.cluster.v3.Cluster (did you mean \"connect_timeout\"?)");
  }

  @Test
  void anUnknownFieldWithoutANearOneListsSome() {
    read(Locality.getDescriptor(), "fooooooo: 1\n");
    assertThat(only()).endsWith("(expected: region, zone, sub_zone)");
  }

  @Test
  void anUnknownTypeIsNamedWithTheNearest() {
    read(
        TypedExtensionConfig.getDescriptor(),
        """
        name: a
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Ruoter
        """);
    assertThat(only())
        .isEqualTo(
            "f.yaml:3: TypedExtensionConfig \"a\" typed_config: unknown @type"
                + " type.googleapis.com/envoy.extensions.filters.http.router.v3.Ruoter"
                + " (did you mean envoy.extensions.filters.http.router.v3.Router?)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`name: 5` | `name: found number 5 (expected: text; put it in quotes)`",
        "`name: [a]` | `name: found a list (expected: text)`",
        "`name: true` | `name: found true (expected: text; put it in quotes)`",
        "`connect_timeout: 5` | `connect_timeout: found number 5 (expected: a duration, e.g. 0.25s)`",
        "`connect_timeout: 5 s` | `connect_timeout: found text \"5 s\" (expected: a duration, e.g. 0.25s)`",
        "`type: EDDS` | `type: found text \"EDDS\" (expected: one of STATIC, STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST; did you mean \"EDS\"?)`",
        "`type: 77` | `type: found number 77 (expected: one of STATIC`",
        "`load_assignment: x` | `load_assignment: found text \"x\" (expected: a map with the fields of envoy.config.endpoint.v3.ClusterLoadAssignment)`",
        "`load_assignment: { endpoints: { priority: 1 } }` | `load_assignment.endpoints: found a map (expected: a list: each item a map)`",
        "`load_assignment: { endpoints: [ { priority: -1 } ] }` | `load_assignment.endpoints[0].priority: found number -1 (expected: a whole number from 0 to 4294967295)`",
        "`load_assignment: { endpoints: [ ~ ] }` | `load_assignment.endpoints[0]: found null (expected: a map)`",
        "`load_assignment: { endpoints: [ { priority: 1.5 } ] }` | `load_assignment.endpoints[0].priority: found number 1.5`",
        "`per_connection_buffer_limit_bytes: 0755` | `per_connection_buffer_limit_bytes: found number 0755`",
        "`per_connection_buffer_limit_bytes: 1e999999999` | `per_connection_buffer_limit_bytes: found number 1e999999999`",
        "`respect_dns_ttl: maybe` | `respect_dns_ttl: found text \"maybe\" (expected: true or false)`",
        "`respect_dns_ttl: !x true` | `respect_dns_ttl: found tag !x (expected: true or false)`",
        "`type: EDS\\ncluster_type: { name: x }` | `both \"type\" on line 1 and \"cluster_type\" (expected: one of type, cluster_type)`",
        "`connect_timeout: 1s\\nconnectTimeout: 1s` | `field \"connect_timeout\" twice, first on line 1 (expected: once)`",
        "`typed_extension_protocol_options: { a: { b: 1 } }` | `typed_extension_protocol_options.a: no \"@type\"`",
        "`typed_extension_protocol_options: { a: { '@type': Router } }` | `typed_extension_protocol_options.a: found text \"Router\" (expected: @type: type.googleapis.com/`",
        "`'@type': type.googleapis.com/envoy.config.route.v3.Route` | `found text`",
        "`[]` | `found a list (expected: a map with the fields of envoy.config.cluster.v3.Cluster)`",
        "`just text` | `found text \"just text\" (expected: a map`",
      })
  void whatDoesNotFitIsAProblem(String yaml, String message) {
    String escaped = yaml.translateEscapes();
    cluster(escaped);
    assertThat(sink.sorted()).hasSize(1);
    assertThat(sink.sorted().get(0).line()).isEqualTo((int) escaped.lines().count());
    assertThat(sink.sorted().get(0).message()).startsWith("Cluster").contains(message);
  }

  @Test
  void allProblemsOfADocumentAreTold() {
    cluster("name: 1\nfoo: 2\ntype: X\n");
    assertThat(sink.sorted()).extracting(Problem::line).containsExactly(1, 2, 3);
  }

  @Test
  void aSecretIsNotShownInAProblem() {
    Text text =
        new Text("edge/secrets/s.yaml", "name: a\ngeneric_secret: { secret: hunter2 }", false);
    new ProtoReader(TYPES, text, sink)
        .read(
            TYPES.find("envoy.extensions.transport_sockets.tls.v3.Secret").orElseThrow(),
            YamlText.parse(text, sink).get(0));
    assertThat(only()).contains("found text \"[redacted]\"").doesNotContain("hunter2");
  }

  @Test
  void aNumberOfAMillionDigitsIsAProblemAndNoTrap() {
    read(Int64Range.getDescriptor(), "start: " + "9".repeat(1_000_000));
    assertThat(only()).contains("expected: a whole number from -9223372036854775808");
  }

  @Test
  void somebodyElseMayTakeAnUnknownField() {
    Text text = new Text("f.yaml", "from_server: key.pem", false);
    ProtoReader reader =
        new ProtoReader(
            TYPES,
            text,
            sink,
            (type, key, value, into) -> {
              into.setField(type.findFieldByName("inline_string"), key.getValue() + "!");
              return true;
            });
    Node document = YamlText.parse(text, sink).get(0);
    assertThat(reader.read(DataSource.getDescriptor(), document))
        .contains(DataSource.newBuilder().setInlineString("from_server!").build());
  }

  @Test
  void aMessageOfADescriptorSetIsRead() throws Exception {
    MessageTypes more = TYPES.with(List.of(MessageTypesTest.set(MessageTypesTest.ACME)));
    Text text =
        new Text(
            "f.yaml",
            """
            '@type': type.googleapis.com/acme.v1.Filter
            theName: x
            timeout: 2s
            address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
            inner: [ { n: 5 } ]
            labels: { b: "2", a: "1" }
            """,
            false);
    Any any =
        (Any)
            new ProtoReader(more, text, sink)
                .read(Any.getDescriptor(), YamlText.parse(text, sink).get(0))
                .orElseThrow(() -> new AssertionError(sink.sorted()));
    Descriptor type = more.find("acme.v1.Filter").orElseThrow();
    DynamicMessage filter = DynamicMessage.parseFrom(type, any.getValue());
    assertThat(filter.getField(type.findFieldByName("the_name"))).isEqualTo("x");
    assertThat(
            SocketAddress.parseFrom(
                    io.envoyproxy.envoy.config.core.v3.Address.parseFrom(
                            ((Message) filter.getField(type.findFieldByName("address")))
                                .toByteString())
                        .getSocketAddress()
                        .toByteString())
                .getPortValue())
        .isEqualTo(80);
    assertThat(String.valueOf(ProtoJson.of(more).redacted().tree(any)))
        .contains("labels={a=1, b=2}", "timeout=2s");
  }

  @Test
  void theOrderOfAMapInTheFileDoesNotChangeTheBytes() {
    String a = "filter_metadata: { a: { x: 1, y: 2 }, b: {}, c: {} }";
    String b = "filter_metadata: { c: {}, b: {}, a: { y: 2, x: 1 } }";
    assertThat(ProtoReader.bytes(read(Metadata.getDescriptor(), a)))
        .isEqualTo(ProtoReader.bytes(read(Metadata.getDescriptor(), b)));
  }

  @Test
  void theLineOfAFieldIsKnown() {
    Node document =
        YamlText.parse(
                new Text(
                    "f.yaml",
                    "name: a\nloadAssignment:\n  endpoints:\n  - {}\n  - priority: 1\n",
                    false),
                sink)
            .get(0);
    assertThat(YamlText.line(document, "load_assignment", "endpoints", 1, "priority")).isEqualTo(5);
    assertThat(YamlText.line(document, "load_assignment", "nothing")).isEqualTo(3);
    assertThat(YamlText.line(document)).isEqualTo(1);
  }

  private Cluster cluster(String yaml) {
    return (Cluster) read(Cluster.getDescriptor(), yaml);
  }

  private Message read(Descriptor type, String yaml) {
    Text text = new Text("f.yaml", yaml, false);
    List<Node> documents = YamlText.parse(text, sink);
    assertThat(documents).hasSize(1);
    return new ProtoReader(TYPES, text, sink)
        .read(type, documents.get(0))
        .orElse(TYPES.newBuilder(type).buildPartial());
  }

  private String only() {
    assertThat(sink.sorted()).hasSize(1);
    return sink.sorted().get(0).toString();
  }
}
