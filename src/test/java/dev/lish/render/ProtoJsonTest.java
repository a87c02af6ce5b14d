package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.nodes.Node;

class ProtoJsonTest {
  private static final MessageTypes TYPES = MessageTypes.builtIn();

  @Test
  void aClusterIsShownWithTheNamesOfTheProtoFiles() {
    Resource cluster =
        resource(
            ResourceType.CLUSTER,
            """
            name: payments
            connectTimeout: 0.250s
            type: EDS
            metadata: { filterMetadata: { b: { n: 1.5 }, a: { on: true, none: ~ } } }
            """);
    assertThat(ProtoJson.of(TYPES).json(cluster))
        .isEqualTo(
            """
            {
              "name": "payments",
              "type": "EDS",
              "connect_timeout": "0.250s",
              "metadata": {
                "filter_metadata": {
                  "a": {
                    "none": null,
                    "on": true
                  },
                  "b": {
                    "n": 1.5
                  }
                }
              }
            }
            """);
    assertThat(ProtoJson.of(TYPES).yaml(cluster))
        .isEqualTo(
            """
            name: payments
            type: EDS
            connect_timeout: "0.250s"
            metadata:
              filter_metadata:
                a:
                  none: null
                  "on": true
                b:
                  "n": 1.5
            """);
  }

  @Test
  void privateKeysAreRedactedAndTheirPlacesAreNot() {
    Resource secret =
        resource(
            ResourceType.SECRET,
            """
            name: server
            tls_certificate:
              certificate_chain: { inline_string: PUBLIC }
              private_key: { inline_string: HIDDEN }
              password: { inline_bytes: SElEREVO }
            """);
    assertThat(ProtoJson.of(TYPES).json(secret)).contains("HIDDEN", "SElEREVO");
    assertThat(ProtoJson.of(TYPES).redacted().json(secret))
        .contains("PUBLIC", "\"inline_string\": \"[redacted]\"", "\"inline_bytes\": \"[redacted]\"")
        .doesNotContain("HIDDEN", "SElEREVO");
    Resource file =
        resource(
            ResourceType.SECRET,
            "{ name: f, tls_certificate: { private_key: { filename: /etc/key.pem } } }");
    assertThat(ProtoJson.of(TYPES).redacted().json(file)).contains("/etc/key.pem");
  }

  @Test
  void otherKindsOfSecretsAreRedacted() {
    for (String yaml :
        List.of(
            "{ name: a, generic_secret: { secret: { inline_string: HIDDEN } } }",
            "{ name: a, generic_secret: { secrets: { k: { inline_string: HIDDEN } } } }",
            "{ name: a, session_ticket_keys: { keys: [ { inline_string: HIDDEN } ] } }",
            "{ name: a, tls_certificate: { pkcs12: { inline_bytes: HIDDENAA } } }")) {
      Resource secret = resource(ResourceType.SECRET, yaml);
      assertThat(ProtoJson.of(TYPES).json(secret)).contains("HIDDEN");
      assertThat(ProtoJson.of(TYPES).redacted().json(secret))
          .contains("[redacted]")
          .doesNotContain("HIDDEN");
    }
  }

  @Test
  void aSecretInsideAnAnyIsRedacted() {
    Resource listener =
        resource(
            ResourceType.CLUSTER,
            """
            name: a
            transport_socket:
              name: tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                common_tls_context:
                  tls_certificates:
                  - private_key: { inline_string: HIDDEN }
            """);
    assertThat(ProtoJson.of(TYPES).redacted().json(listener))
        .contains("UpstreamTlsContext", "[redacted]")
        .doesNotContain("HIDDEN");
  }

  @Test
  void aSensitiveFieldOfADescriptorSetIsRedacted() throws Exception {
    MessageTypes more = TYPES.with(List.of(MessageTypesTest.set(MessageTypesTest.ACME)));
    Text text =
        new Text("f", "{ '@type': type.googleapis.com/acme.v1.Filter, token: HIDDEN }", false);
    ProblemSink sink = new ProblemSink();
    Message any =
        new ProtoReader(more, text, sink)
            .read(Any.getDescriptor(), YamlText.parse(text, sink).get(0))
            .orElseThrow();
    assertThat(String.valueOf(ProtoJson.of(more).redacted().tree(any)))
        .contains("token=[redacted]")
        .doesNotContain("HIDDEN");
  }

  @Test
  void anUnknownMessageIsShownAsBytesAndHiddenWhereSecretsAre() {
    TypedExtensionConfig config =
        TypedExtensionConfig.newBuilder()
            .setName("x")
            .setTypedConfig(
                Any.newBuilder()
                    .setTypeUrl("type.googleapis.com/acme.Unknown")
                    .setValue(ByteString.copyFromUtf8("abc")))
            .build();
    Resource resource =
        Resource.of(ResourceType.EXTENSION, "x", ProtoReader.bytes(config), "x.yaml");
    assertThat(ProtoJson.of(TYPES).json(resource))
        .contains("\"@type\": \"type.googleapis.com/acme.Unknown\"", "\"value\": \"YWJj\"");
    assertThat(ProtoJson.of(TYPES).redacted().json(resource)).contains("[redacted]");
  }

  private static Resource resource(ResourceType type, String yaml) {
    ProblemSink sink = new ProblemSink();
    Text text = new Text("f.yaml", yaml, false);
    Node document = YamlText.parse(text, sink).get(0);
    Message message =
        new ProtoReader(TYPES, text, sink)
            .read(TYPES.find(type.messageName()).orElseThrow(), document)
            .orElseThrow(() -> new AssertionError(sink.sorted()));
    return Resource.of(type, "x", ProtoReader.bytes(message), "f.yaml");
  }
}
