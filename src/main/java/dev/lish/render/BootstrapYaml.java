package dev.lish.render;

import dev.lish.model.Locality;
import dev.lish.render.Bootstrap.Identity;
import dev.lish.render.Bootstrap.Server;
import dev.lish.render.Bootstrap.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes {@link Bootstrap} as Envoy reads it. */
final class BootstrapYaml {
  private static final String HEAD =
      """
      # Envoy's bootstrap, printed by lish bootstrap. Start: envoy -c THIS_FILE%s
      """;

  // 0s: Envoy waits for Lish as long as it takes; by default it opens after 15 s with nothing.
  private static final String DYNAMIC =
      """
      dynamic_resources:
        ads_config:
          api_type: %s
          transport_api_version: V3
          set_node_on_first_message_only: true
          grpc_services: [ { envoy_grpc: { cluster_name: %s } } ]
        cds_config: { ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s }
        lds_config: { ads: {}, resource_api_version: V3, initial_fetch_timeout: 0s }
      """;

  // The admin layer is last, so that what is set by hand at the Envoy wins.
  private static final String RUNTIME =
      """
      layered_runtime:
        layers:
          - name: %1$s
            rtds_layer: { name: %1$s, rtds_config: { ads: {}, resource_api_version: V3 } }
          - { name: admin, admin_layer: {} }
      """;

  private static final String ADMIN =
      """
      admin: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
      """;

  private static final String CLUSTER =
      """
          - name: %1$s
            type: %2$s
            connect_timeout: 5s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config:
                  http2_protocol_options:
                    connection_keepalive: { interval: 30s, timeout: 5s }
            load_assignment:
              cluster_name: %1$s
              endpoints:
                - lb_endpoints:
      """;

  private static final String ENDPOINT =
      """
                    - endpoint: { address: { socket_address: { address: %s, port_value: %d } } }
      """;

  private static final String TLS =
      """
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
      %s          common_tls_context:
                  tls_params: { tls_minimum_protocol_version: TLSv1_2 }
                  alpn_protocols: [ h2 ]
      %s            validation_context:
                    trusted_ca: { filename: %s }
                    match_typed_subject_alt_names:
      """;

  private final Bootstrap bootstrap;

  BootstrapYaml(Bootstrap bootstrap) {
    this.bootstrap = bootstrap;
  }

  @Override
  public String toString() {
    String api = bootstrap.sotw() ? "GRPC" : "DELTA_GRPC";
    return HEAD.formatted(missingFlags())
        + node()
        + DYNAMIC.formatted(api, Bootstrap.XDS_CLUSTER)
        + RUNTIME.formatted(Bootstrap.RUNTIME_LAYER)
        + ADMIN.formatted(bootstrap.adminPort())
        + "static_resources:\n  clusters:\n"
        + cluster(Bootstrap.XDS_CLUSTER, Optional.empty())
        + cluster(Bootstrap.ACCESS_LOG_CLUSTER, bootstrap.accessLogPort());
  }

  /** Envoy refuses to start without an id and a cluster. */
  private String missingFlags() {
    return (bootstrap.identity().id().isEmpty() ? " --service-node ID" : "")
        + (bootstrap.identity().cluster().isEmpty() ? " --service-cluster CLUSTER" : "");
  }

  private String node() {
    Identity identity = bootstrap.identity();
    List<String> lines = new ArrayList<>();
    if (!identity.id().isEmpty()) {
      lines.add("id: " + quote(identity.id()));
    }
    if (!identity.cluster().isEmpty()) {
      lines.add("cluster: " + quote(identity.cluster()));
    }
    if (!identity.locality().isUnknown()) {
      lines.add("locality: { " + locality(identity.locality()) + " }");
    }
    if (!identity.metadata().isEmpty()) {
      lines.add("metadata:");
      identity.metadata().forEach((k, v) -> lines.add("  " + quote(k) + ": " + quote(v)));
    }
    return lines.isEmpty()
        ? ""
        : lines.stream().map(l -> "  " + l + "\n").collect(Collectors.joining("", "node:\n", ""));
  }

  private static String locality(Locality locality) {
    List<String> parts = new ArrayList<>();
    if (!locality.region().isEmpty()) {
      parts.add("region: " + quote(locality.region()));
    }
    if (!locality.zone().isEmpty()) {
      parts.add("zone: " + quote(locality.zone()));
    }
    if (!locality.subZone().isEmpty()) {
      parts.add("sub_zone: " + quote(locality.subZone()));
    }
    return String.join(", ", parts);
  }

  private String cluster(String name, Optional<Integer> port) {
    boolean names = bootstrap.servers().stream().anyMatch(s -> !isAddress(s.host()));
    StringBuilder yaml =
        new StringBuilder(CLUSTER.formatted(name, names ? "STRICT_DNS" : "STATIC"));
    for (Server server : bootstrap.servers()) {
      yaml.append(ENDPOINT.formatted(quote(server.host()), port.orElse(server.port())));
    }
    bootstrap.tls().ifPresent(tls -> yaml.append(tls(tls)));
    return yaml.toString();
  }

  private String tls(Tls tls) {
    List<String> sans =
        tls.sans().isEmpty()
            ? bootstrap.servers().stream().map(Server::host).distinct().toList()
            : tls.sans();
    String sni = sni(tls, sans);
    String certificate =
        tls.certificate().isEmpty()
            ? ""
            : "            tls_certificates:\n              - certificate_chain: { filename: "
                + quote(tls.certificate())
                + " }\n                private_key: { filename: "
                + quote(tls.privateKey())
                + " }\n";
    StringBuilder yaml = new StringBuilder(TLS.formatted(sni, certificate, quote(tls.ca())));
    for (String san : sans) {
      yaml.append("                - { san_type: ")
          .append(sanType(san))
          .append(", matcher: { exact: ")
          .append(quote(san))
          .append(" } }\n");
    }
    return yaml.toString();
  }

  /** Each server is asked for its own name, or all for the first that the caller names. */
  private String sni(Tls tls, List<String> sans) {
    if (tls.sans().isEmpty() && bootstrap.servers().stream().noneMatch(s -> isAddress(s.host()))) {
      return "          auto_host_sni: true\n";
    }
    // An IP address is no SNI (RFC 6066, section 3).
    return sans.stream()
        .filter(BootstrapYaml::isHostName)
        .findFirst()
        .map(s -> "          sni: " + quote(s) + "\n")
        .orElse("");
  }

  private static String sanType(String san) {
    if (isAddress(san)) {
      return "IP_ADDRESS";
    }
    return isHostName(san) ? "DNS" : "URI";
  }

  private static boolean isHostName(String san) {
    return !isAddress(san) && san.indexOf('/') < 0 && san.indexOf(':') < 0;
  }

  private static boolean isAddress(String host) {
    return host.matches("\\d{1,3}(\\.\\d{1,3}){3}")
        || (host.indexOf(':') >= 0 && host.matches("[0-9A-Fa-f:.]+"));
  }

  /** A YAML text in double quotes; JSON's escapes are YAML's too. */
  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
