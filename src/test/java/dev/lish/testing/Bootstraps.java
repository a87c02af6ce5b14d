package dev.lish.testing;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Bootstraps of Envoys that reach a test's own gRPC servers, on loopback. */
public final class Bootstraps {
  /** The cluster that ADS goes through. */
  public static final String LISH = "lish";

  private static final String ADS =
      """
      node: { id: %1$s, cluster: %2$s }
      dynamic_resources:
        ads_config:
          api_type: %3$s
          transport_api_version: V3
          set_node_on_first_message_only: true
          grpc_services: [ { envoy_grpc: { cluster_name: %4$s } } ]
        cds_config: { ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s }
      """;

  private static final String MORE =
      """
        lds_config: { ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s }
      layered_runtime:
        layers:
          - name: lish
            rtds_layer: { name: lish, rtds_config: { ads: {}, resource_api_version: V3 } }
          - { name: admin, admin_layer: {} }
      """;

  private static final String HTTP2_CLUSTER =
      """
          - name: %1$s
            type: STATIC
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: { http2_protocol_options: {} }
            load_assignment:
              cluster_name: %1$s
              endpoints: [ { lb_endpoints: [ %2$s ] } ]
      """;

  private static final String ENDPOINT =
      "{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } }";

  private Bootstraps() {}

  /** Who the Envoy says it is. */
  public record Node(String id, String cluster) {}

  /** Clusters, listeners and runtime over ADS, from any of the servers with these ports. */
  public static String ads(Node node, boolean delta, int... ports) {
    return head(node, delta) + MORE + clusters(ports);
  }

  /** Clusters alone over ADS. */
  public static String clustersOverAds(Node node, boolean delta, int... ports) {
    return head(node, delta) + clusters(ports);
  }

  private static String head(Node node, boolean delta) {
    return ADS.formatted(node.id(), node.cluster(), delta ? "DELTA_GRPC" : "GRPC", LISH);
  }

  private static String clusters(int... ports) {
    return "static_resources:\n  clusters:\n" + http2Cluster(LISH, ports);
  }

  /** An item of the list {@code clusters} in {@code static_resources}: a gRPC server. */
  public static String http2Cluster(String name, int... ports) {
    String endpoints =
        Arrays.stream(ports).mapToObj(ENDPOINT::formatted).collect(Collectors.joining(", "));
    return HTTP2_CLUSTER.formatted(name, endpoints);
  }
}
