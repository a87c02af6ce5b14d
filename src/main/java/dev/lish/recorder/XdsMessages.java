package dev.lish.recorder;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bytes of discovery messages -> events. */
final class XdsMessages {
  private static final String WRAPPER =
      "type.googleapis.com/" + Resource.getDescriptor().getFullName();

  private XdsMessages() {}

  /**
   * A parsed request.
   *
   * @param nodeId empty when the request does not name the node
   */
  record Parsed(XdsEvent.Request request, String nodeId) {}

  /** A request; separate services need not name the type. */
  static Parsed request(byte[] bytes, boolean delta, String impliedType)
      throws InvalidProtocolBufferException {
    if (delta) {
      DeltaDiscoveryRequest message = DeltaDiscoveryRequest.parseFrom(bytes);
      return new Parsed(
          new XdsEvent.Request(
              orElse(message.getTypeUrl(), impliedType),
              message.getResponseNonce(),
              message.getResourceNamesSubscribeList(),
              message.getResourceNamesUnsubscribeList(),
              message.getInitialResourceVersionsMap(),
              error(message.hasErrorDetail(), message.getErrorDetail())),
          message.getNode().getId());
    }
    DiscoveryRequest message = DiscoveryRequest.parseFrom(bytes);
    return new Parsed(
        new XdsEvent.Request(
            orElse(message.getTypeUrl(), impliedType),
            message.getResponseNonce(),
            message.getResourceNamesList(),
            List.of(),
            Map.of("", message.getVersionInfo()),
            error(message.hasErrorDetail(), message.getErrorDetail())),
        message.getNode().getId());
  }

  /** A response. */
  static XdsEvent.Response response(byte[] bytes, boolean delta)
      throws InvalidProtocolBufferException {
    if (delta) {
      DeltaDiscoveryResponse message = DeltaDiscoveryResponse.parseFrom(bytes);
      return new XdsEvent.Response(
          message.getTypeUrl(),
          message.getNonce(),
          message.getSystemVersionInfo(),
          message.getResourcesList().stream()
              .map(r -> new XdsEvent.Item(r.getName(), r.getVersion(), r.getResource().getValue()))
              .toList(),
          message.getRemovedResourcesList());
    }
    DiscoveryResponse message = DiscoveryResponse.parseFrom(bytes);
    return new XdsEvent.Response(
        message.getTypeUrl(),
        message.getNonce(),
        message.getVersionInfo(),
        message.getResourcesList().stream().map(a -> item(a, message.getVersionInfo())).toList(),
        List.of());
  }

  /** The EDS name of a cluster that is discovered by EDS. */
  static Optional<String> endpointName(ByteString clusterBody) {
    try {
      Cluster cluster = Cluster.parseFrom(clusterBody);
      if (cluster.getType() != Cluster.DiscoveryType.EDS) {
        return Optional.empty();
      }
      return Optional.of(orElse(cluster.getEdsClusterConfig().getServiceName(), cluster.getName()));
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static XdsEvent.Item item(Any any, String version) {
    try {
      if (any.getTypeUrl().equals(WRAPPER)) {
        Resource wrapped = Resource.parseFrom(any.getValue());
        return new XdsEvent.Item(wrapped.getName(), version, wrapped.getResource().getValue());
      }
      return new XdsEvent.Item(firstString(any.getValue()), version, any.getValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of every type that Envoy subscribes to, field 1 is the name. */
  private static String firstString(ByteString message) throws IOException {
    CodedInputStream in = message.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == (1 << 3 | 2)) {
        return in.readString();
      }
      in.skipField(tag);
    }
    return "";
  }

  private static Optional<String> error(boolean present, Status status) {
    return present ? Optional.of(status.getMessage()) : Optional.empty();
  }

  private static String orElse(String text, String other) {
    return text.isEmpty() ? other : text;
  }
}
