package dev.lish.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class BootstrapTest {
  @Test
  void withoutOptionsItFitsEveryMachine() throws Exception {
    String yaml = yaml();
    var bootstrap = parse(yaml);

    assertThat(bootstrap.hasNode()).isFalse();
    assertThat(yaml).contains("--service-node ID --service-cluster CLUSTER");
    ApiConfigSource ads = bootstrap.getDynamicResources().getAdsConfig();
    assertThat(ads.getApiType()).isEqualTo(ApiConfigSource.ApiType.DELTA_GRPC);
    assertThat(ads.getSetNodeOnFirstMessageOnly()).isTrue();
    assertThat(bootstrap.getDynamicResources().getCdsConfig().getInitialFetchTimeout().getSeconds())
        .isZero();
    assertThat(bootstrap.getDynamicResources().getCdsConfig().hasInitialFetchTimeout()).isTrue();
    assertThat(bootstrap.getDynamicResources().getLdsConfig().hasInitialFetchTimeout()).isTrue();
    assertThat(bootstrap.getLayeredRuntime().getLayersList())
        .extracting(l -> l.getName() + " " + l.getLayerSpecifierCase())
        .containsExactly("lish RTDS_LAYER", "admin ADMIN_LAYER");
    assertThat(bootstrap.getStaticResources().getClustersList())
        .extracting(Cluster::getName)
        .containsExactly(Bootstrap.XDS_CLUSTER, Bootstrap.ACCESS_LOG_CLUSTER);
    Cluster xds = bootstrap.getStaticResources().getClusters(0);
    assertThat(xds.getType()).isEqualTo(Cluster.DiscoveryType.STATIC);
    assertThat(endpoints(xds)).containsExactly("127.0.0.1:18000");
    Any options =
        xds.getTypedExtensionProtocolOptionsOrThrow(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions");
    assertThat(
            options
                .unpack(HttpProtocolOptions.class)
                .getExplicitHttpConfig()
                .getHttp2ProtocolOptions()
                .hasConnectionKeepalive())
        .isTrue();
  }

  @Test
  void theNodeSaysWhatItIsTold() throws Exception {
    var node =
        parse(
                yaml(
                    "node-id=edge-1",
                    "node-cluster=edge \"web\"\n",
                    "metadata=stage=beta",
                    "metadata=note=a: b # c",
                    "locality=region=jp",
                    "locality=zone=tokyo-1",
                    "locality=sub_zone=rack\\7"))
            .getNode();

    assertThat(node.getId()).isEqualTo("edge-1");
    assertThat(node.getCluster()).isEqualTo("edge \"web\"\n");
    assertThat(node.getMetadata().getFieldsOrThrow("stage").getStringValue()).isEqualTo("beta");
    assertThat(node.getMetadata().getFieldsOrThrow("note").getStringValue()).isEqualTo("a: b # c");
    assertThat(node.getLocality().getRegion()).isEqualTo("jp");
    assertThat(node.getLocality().getZone()).isEqualTo("tokyo-1");
    assertThat(node.getLocality().getSubZone()).isEqualTo("rack\\7");
  }

  @Test
  void sotwIsTheOtherProtocol() throws Exception {
    assertThat(parse(yaml("sotw=true")).getDynamicResources().getAdsConfig().getApiType())
        .isEqualTo(ApiConfigSource.ApiType.GRPC);
  }

  @Test
  void severalServersAreSeveralEndpoints() throws Exception {
    Cluster xds =
        parse(yaml("server=lish-1.example.com:1", "server=[2001:db8::1]:2", "server=10.0.0.1"))
            .getStaticResources()
            .getClusters(0);
    assertThat(xds.getType()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
    assertThat(endpoints(xds))
        .containsExactly("lish-1.example.com:1", "2001:db8::1:2", "10.0.0.1:18000");
  }

  @Test
  void tlsVerifiesTheServersByTheirNames() throws Exception {
    UpstreamTlsContext byHost =
        tls(yaml("server=lish-1.example.com", "server=lish-2.example.com", "tls-ca=ca.crt"));
    assertThat(byHost.getAutoHostSni()).isTrue();
    assertThat(sans(byHost)).containsExactly("DNS lish-1.example.com", "DNS lish-2.example.com");
    assertThat(byHost.getCommonTlsContext().getTlsCertificatesCount()).isZero();

    UpstreamTlsContext byName =
        tls(
            yaml(
                "server=10.0.0.1",
                "tls-ca=ca.crt",
                "tls-cert=a.crt",
                "tls-key=a.key",
                "tls-san=spiffe://example.com/lish",
                "tls-san=lish.example.com"));
    assertThat(byName.getSni()).isEqualTo("lish.example.com");
    assertThat(sans(byName))
        .containsExactly("URI spiffe://example.com/lish", "DNS lish.example.com");
    assertThat(byName.getCommonTlsContext().getTlsCertificates(0).getPrivateKey().getFilename())
        .isEqualTo("a.key");

    UpstreamTlsContext byAddress = tls(yaml("server=10.0.0.1", "tls-ca=ca.crt"));
    assertThat(byAddress.getSni()).isEmpty();
    assertThat(byAddress.getAutoHostSni()).isFalse();
    assertThat(sans(byAddress)).containsExactly("IP_ADDRESS 10.0.0.1");
  }

  @Test
  void wrongOptionsAreToldWithWhatWasExpected() {
    for (String wrong :
        List.of(
            "server=a b",
            "server=a:0",
            "server=a:70000",
            "server=::1",
            "locality=rack=1",
            "metadata=stage",
            "sotw=yes",
            "admin-port=x",
            "admin-port=70000",
            "tls-cert=a.crt",
            "tls-san=a",
            "node-id=",
            "nodeid=a")) {
      assertThatThrownBy(() -> yaml(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: ");
    }
    assertThatThrownBy(() -> yaml("node-id=a", "node-id=b"))
        .hasMessage("node-id: 2 values (expected: one)");
    assertThatThrownBy(() -> yaml("metadata=a=1", "metadata=a=2"))
        .hasMessageContaining("key twice");
    assertThatThrownBy(() -> yaml("tls-ca=a", "tls-cert=b"))
        .hasMessageContaining("tls-key: missing");
  }

  static String yaml(String... options) {
    Map<String, List<String>> parsed = new HashMap<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      parsed
          .computeIfAbsent(option.substring(0, equals), k -> new ArrayList<>())
          .add(option.substring(equals + 1));
    }
    return Bootstrap.parse(parsed).yaml();
  }

  private static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap parse(String yaml)
      throws Exception {
    Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    var builder = io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.newBuilder();
    JsonFormat.parser()
        .usingTypeRegistry(
            JsonFormat.TypeRegistry.newBuilder()
                .add(HttpProtocolOptions.getDescriptor())
                .add(UpstreamTlsContext.getDescriptor())
                .build())
        .merge(new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(tree), builder);
    return builder.build();
  }

  private static List<String> endpoints(Cluster cluster) {
    return cluster.getLoadAssignment().getEndpoints(0).getLbEndpointsList().stream()
        .map(LbEndpoint::getEndpoint)
        .map(e -> e.getAddress().getSocketAddress())
        .map(a -> a.getAddress() + ":" + a.getPortValue())
        .toList();
  }

  private static UpstreamTlsContext tls(String yaml) throws Exception {
    return parse(yaml)
        .getStaticResources()
        .getClusters(0)
        .getTransportSocket()
        .getTypedConfig()
        .unpack(UpstreamTlsContext.class);
  }

  private static List<String> sans(UpstreamTlsContext tls) {
    return tls
        .getCommonTlsContext()
        .getValidationContext()
        .getMatchTypedSubjectAltNamesList()
        .stream()
        .map(s -> s.getSanType() + " " + s.getMatcher().getExact())
        .toList();
  }
}
