package dev.lish.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A kind of xDS resource, declared in the order in which a stream is told of additions: what others
 * refer to comes first.
 */
public enum ResourceType {
  RUNTIME("runtime", "envoy.service.runtime.v3.Runtime"),
  SECRET("secrets", "envoy.extensions.transport_sockets.tls.v3.Secret"),
  CLUSTER("clusters", "envoy.config.cluster.v3.Cluster"),
  ENDPOINT("endpoints", "envoy.config.endpoint.v3.ClusterLoadAssignment"),
  EXTENSION("extensions", "envoy.config.core.v3.TypedExtensionConfig"),
  LISTENER("listeners", "envoy.config.listener.v3.Listener"),
  ROUTE("routes", "envoy.config.route.v3.RouteConfiguration");

  private static final ResourceType[] ALL = values();

  private final String folder;
  private final String messageName;
  private final String typeUrl;

  @SuppressWarnings("ImmutableEnumChecker") // never written to
  private final byte[] urlBytes;

  private final Optional<ResourceType> found = Optional.of(this);

  ResourceType(String folder, String messageName) {
    this.folder = folder;
    this.messageName = messageName;
    typeUrl = "type.googleapis.com/" + messageName;
    urlBytes = typeUrl.getBytes(UTF_8);
  }

  /** The name of the mesh folder that holds resources of this type, e.g. {@code clusters}. */
  public String folder() {
    return folder;
  }

  /** The full protobuf name of the message. */
  public String messageName() {
    return messageName;
  }

  /** The type URL that Envoy asks with. */
  public String typeUrl() {
    return typeUrl;
  }

  /** The name used in the API, in metric tags and in tables, e.g. {@code cluster}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type with this URL, if Lish serves it. */
  public static Optional<ResourceType> ofTypeUrl(String typeUrl) {
    for (ResourceType type : ALL) {
      if (type.typeUrl.equals(typeUrl)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type with this URL, which is so many bytes of UTF-8 from there on. */
  public static Optional<ResourceType> ofTypeUrl(byte[] bytes, int at, int length) {
    for (ResourceType type : ALL) {
      if (Arrays.equals(type.urlBytes, 0, type.urlBytes.length, bytes, at, at + length)) {
        return type.found;
      }
    }
    return Optional.empty();
  }

  /** The type whose resources lie in a mesh folder of this name. */
  public static Optional<ResourceType> ofFolder(String folder) {
    for (ResourceType type : values()) {
      if (type.folder.equals(folder)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
