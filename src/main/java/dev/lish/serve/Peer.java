package dev.lish.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.model.Locality;
import dev.lish.model.Node;
import io.envoyproxy.envoy.type.v3.SemanticVersion;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The other end of a connection.
 *
 * @param address host and port
 * @param secure true: what it is sent is encrypted on the way
 * @param sans URI and DNS names of its certificate
 */
record Peer(String address, boolean secure, List<String> sans) {
  private static final int DNS = 2;
  private static final int URI = 6;

  static Peer of(ServiceRequestContext context) {
    InetSocketAddress remote = context.remoteAddress();
    String host =
        remote.getAddress() == null ? remote.getHostString() : remote.getAddress().getHostAddress();
    SSLSession session = context.sslSession();
    return new Peer(
        (host.contains(":") ? "[" + host + "]" : host) + ":" + remote.getPort(),
        session != null,
        session == null ? List.of() : sans(session));
  }

  private static List<String> sans(SSLSession session) {
    List<String> sans = new ArrayList<>();
    try {
      Certificate[] chain = session.getPeerCertificates();
      if (chain.length > 0
          && chain[0] instanceof X509Certificate leaf
          && leaf.getSubjectAlternativeNames() != null) {
        for (List<?> san : leaf.getSubjectAlternativeNames()) {
          if (san.get(0) instanceof Integer kind
              && (kind == DNS || kind == URI)
              && san.get(1) instanceof String name) {
            sans.add(name);
          }
        }
      }
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      // Without a certificate that can be read the peer has no names, and matches no rule on them.
      return List.of();
    }
    return sans;
  }

  /** The node as the first request of a stream introduced it. */
  Node introduce(byte[] bytes) throws InvalidProtocolBufferException {
    var node = io.envoyproxy.envoy.config.core.v3.Node.parseFrom(bytes);
    SortedMap<String, String> metadata = new TreeMap<>();
    flatten("", node.getMetadata(), metadata);
    var locality = node.getLocality();
    return new Node(
        node.getId(),
        node.getCluster(),
        new Locality(locality.getRegion(), locality.getZone(), locality.getSubZone()),
        metadata,
        version(node),
        address,
        sans);
  }

  private static String version(io.envoyproxy.envoy.config.core.v3.Node node) {
    if (!node.hasUserAgentBuildVersion()) {
      return node.getUserAgentVersion();
    }
    SemanticVersion version = node.getUserAgentBuildVersion().getVersion();
    return version.getMajorNumber() + "." + version.getMinorNumber() + "." + version.getPatch();
  }

  private static void flatten(String prefix, Struct struct, Map<String, String> into) {
    struct
        .getFieldsMap()
        .forEach(
            (key, value) -> {
              if (value.hasStructValue()) {
                flatten(prefix + key + ".", value.getStructValue(), into);
              } else {
                into.put(prefix + key, text(value));
              }
            });
  }

  private static String text(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case NUMBER_VALUE -> number(value.getNumberValue());
      case LIST_VALUE ->
          String.join(",", value.getListValue().getValuesList().stream().map(Peer::text).toList());
      case NULL_VALUE, STRUCT_VALUE, KIND_NOT_SET -> "";
    };
  }

  private static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
