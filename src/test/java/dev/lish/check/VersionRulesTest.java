package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.lish.render.MessageTypes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of the Envoy versions that are in use; {@link VersionsEnvoyIT} asks them. */
class VersionRulesTest {
  private static final String TLS =
      """
      name: a
      transport_socket:
        name: tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
          enforce_rsa_key_usage: true
      """;

  private static List<String> texts(Folder folder) {
    return folder.findings().stream()
        .filter(f -> f.rule() != Rule.NO_CIRCUIT_BREAKER)
        .map(f -> f.path() + ":" + f.line() + ": " + f.message() + " [" + f.rule().id() + "]")
        .toList();
  }

  @Test
  void aFieldIsDeprecatedInThoseVersionsThatMarkIt() {
    Folder folder = new Folder().with("all/clusters/a.yaml", TLS);
    assertThat(texts(folder)).isEmpty();
    assertThat(texts(new Folder().with("all/clusters/a.yaml", TLS).envoys("1.36"))).isEmpty();
    assertThat(texts(folder.envoys("1.36", "1.38", "1.40")))
        .containsExactly(
            "all/clusters/a.yaml:6: Cluster \"a\" transport_socket.typed_config"
                + ".enforce_rsa_key_usage: found a field that is deprecated in Envoy 1.38, 1.40,"
                + " since 1.38 (expected: what replaces it) [deprecated-in-version]");
  }

  @Test
  void whatTheOldestVersionMarksIsSaidToBeOldAndMarksOfNoVersionAreNotTold() {
    Folder folder =
        new Folder()
            .with(
                "all/routes/r.yaml",
                """
                name: r
                virtual_hosts:
                  - { name: v, domains: [ "*" ], per_request_buffer_limit_bytes: 5 }
                """)
            .with(
                "all/clusters/a.yaml",
                "{ name: a, typed_extension_protocol_options: {}, http2_protocol_options: {} }");
    assertThat(texts(folder))
        .singleElement()
        .asString()
        .endsWith("found a deprecated field (expected: what replaces it) [deprecated-field]");
    assertThat(texts(folder.envoys("1.36")))
        .satisfiesExactly(
            one -> assertThat(one).contains("in Envoy 1.36, since 1.32 or before"),
            two -> assertThat(two).startsWith("all/routes/r.yaml:3: ").contains("since 1.36"));
  }

  @Test
  void versionsCanStandInTheFolderAndAsTheyAreWrittenWithoutQuotes() {
    Folder folder =
        new Folder()
            .with("all/clusters/a.yaml", TLS)
            .with("checks.yaml", "envoy_versions: [ 1.40, \"1.36.2\" ]");
    assertThat(texts(folder))
        .singleElement()
        .asString()
        .contains("deprecated in Envoy 1.40, since");
    // Those of the command count instead.
    assertThat(texts(folder.envoys("1.37"))).isEmpty();
    folder.with("checks.yaml", "envoy_versions: [ 1.4 ]");
    assertThat(texts(folder))
        .contains(
            "checks.yaml:1: envoy_versions[0]: found number 1.4 (expected: one of 1.32, 1.35, 1.36, 1.37,"
                + " 1.38, 1.39, 1.40) [checks-file]");
  }

  @Test
  void aFieldThatAVersionNoLongerHasIsPassedOver() {
    assertThat(
            texts(
                new Folder()
                    .envoys("1.36", "1.40")
                    .with(
                        "all/listeners/l.yaml",
                        """
                        name: l
                        address: { socket_address: { protocol: UDP, address: 127.0.0.1, port_value: 9 } }
                        udp_listener_config:
                          quic_options:
                            connection_id_generator_config:
                              name: lb
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.quic.connection_id_generator.quic_lb.v3.Config
                                unsafe_unencrypted_testing_mode: true
                                nonce_length_bytes: 8
                                expected_server_id_length: 4
                                server_id: { inline_string: abcd }
                                encryption_parameters: { name: e, sds_config: { path_config_source: { path: /x } } }
                        """)))
        .contains(
            "all/listeners/l.yaml:9: Listener \"l\" udp_listener_config.quic_options"
                + ".connection_id_generator_config.typed_config.unsafe_unencrypted_testing_mode:"
                + " found a field that Envoy 1.36, 1.40 does not know and passes over (expected:"
                + " what it has; this is in 1.35) [ignored-in-version]");
  }

  @Test
  void aTypeOfANewerVersionIsRefusedByAnOlderOne() {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("a2a.proto")
            .setSyntax("proto3")
            .setPackage("envoy.extensions.filters.http.a2a.v3")
            .addMessageType(DescriptorProto.newBuilder().setName("A2a"))
            .build();
    MessageTypes types =
        MessageTypes.builtIn()
            .with(List.of(FileDescriptorSet.newBuilder().addFile(file).build().toByteArray()));
    String listener =
        """
        name: l
        address: { socket_address: { address: 127.0.0.1, port_value: 9 } }
        filter_chains:
          - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: x
                  route_config: { name: r }
                  http_filters:
                    - name: a2a
                      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.a2a.v3.A2a }
                    - name: router
                      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
        """;
    assertThat(texts(new Folder().types(types).with("all/listeners/l.yaml", listener))).isEmpty();
    assertThat(
            texts(
                new Folder()
                    .types(types)
                    .envoys("1.36", "1.40")
                    .with("all/listeners/l.yaml", listener)))
        .singleElement()
        .asString()
        .startsWith("all/listeners/l.yaml:12: ")
        .endsWith(
            "found a type that Envoy 1.36 does not know and refuses (expected: what it has; this is"
                + " in 1.38 and newer) [refused-in-version]");
    // Without its descriptors it is not known at all.
    assertThat(texts(new Folder().with("all/listeners/l.yaml", listener)))
        .singleElement()
        .asString()
        .contains("(Envoy has it in 1.38, Lish's own API is older;")
        .endsWith("[unknown-type]");
  }

  @Test
  void aFieldThatOnlyANewerVersionHasIsNamedAsSuch() {
    assertThat(
            texts(
                new Folder()
                    .with("all/clusters/a.yaml", "name: a\nqueuing_policies: []\nqueueing: 1\n")))
        .satisfiesExactly(
            newer ->
                assertThat(newer)
                    .isEqualTo(
                        "all/clusters/a.yaml:2: Cluster \"a\": unknown field \"queuing_policies\" of"
                            + " envoy.config.cluster.v3.Cluster (Envoy has it in 1.40, Lish's"
                            + " own API is older) [unknown-field]"),
            misspelt -> assertThat(misspelt).doesNotContain("older"));
  }
}
