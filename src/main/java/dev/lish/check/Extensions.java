package dev.lish.check;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which message configures what kind of extension, and which kind belongs where.
 *
 * <p>Envoy looks an extension up by the type of its configuration, among those of the kind that the
 * place takes, and refuses the resource when there is none. {@code extensions.txt} holds what the
 * Envoys said of themselves ({@code node.extensions}), {@code extension-places.txt} what the API's
 * files say of the fields ({@code [#extension-category]}); {@code src/main/envoy-api} tells how
 * both were made. A message that no line names is of an Envoy of one's own, and nothing is said.
 */
final class Extensions {
  private static final Map<String, List<String>> KINDS = Lines.read("extensions.txt");
  private static final Map<String, List<String>> PLACES = Lines.read("extension-places.txt");
  private static final Set<String> WITHOUT_ROUTES = Lines.read("no-route-config.txt").keySet();
  private static final String PER_FILTER = "typed_per_filter_config";
  private static final String CONFIG = "typed_config";

  /** Places that may stay without a configuration, or have a rule of their own. */
  private static final Set<String> OPTIONAL =
      Set.of(
          "envoy.config.cluster.v3.Cluster.CustomClusterType.typed_config",
          "envoy.config.core.v3.HealthCheck.CustomHealthCheck.typed_config",
          "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin.typed_config",
          "envoy.extensions.filters.http.cache.v3.CacheConfig.typed_config",
          "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.typed_config");

  private Extensions() {}

  /** The kinds that a field takes; none where it is no place of extensions. */
  static List<String> kinds(FieldDescriptor field) {
    return PLACES.getOrDefault(field.getFullName(), List.of());
  }

  /** True when Envoy wants a configuration there. */
  static boolean isNeeded(FieldDescriptor field) {
    boolean any = !field.isRepeated() && field.getName().equals(CONFIG);
    return any
        && PLACES.containsKey(field.getFullName())
        && !OPTIONAL.contains(field.getFullName());
  }

  /** True when the message of this type can be an extension of the kind, as far as is known. */
  static boolean canBe(String type, String kind) {
    List<String> known = KINDS.get(type);
    return known == null || known.contains(kind);
  }

  /** True when Envoys themselves have an extension that this message configures. */
  static boolean isKnown(String type) {
    return KINDS.containsKey(type);
  }

  /** The type that a configuration is of; empty where there is none. */
  static String type(Any config) {
    String url = config.getTypeUrl();
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** The configuration; empty where it is of another type. */
  static <T extends Message> Optional<T> as(Class<T> type, Any config) {
    try {
      return config.is(type) ? Optional.of(config.unpack(type)) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message cannot be read back from its own bytes", e);
    }
  }

  /** Looks at the value of a place. */
  static void look(FieldDescriptor place, List<String> kinds, Object value, Walk walk) {
    boolean inner = !(value instanceof Any);
    Any config = inner ? inner((Message) value) : (Any) value;
    String type = type(config);
    List<String> known = KINDS.get(type);
    Object[] at = inner ? new Object[] {CONFIG} : new Object[0];
    // What is no socket at all is told where the socket itself is looked at.
    boolean told = inner && value instanceof TransportSocket && known != null && !isSocket(known);
    if (known != null && !told && Collections.disjoint(known, kinds)) {
      walk.found(
          Rule.EXTENSION_KIND,
          "found %s, which is of %s (expected: one of %s)"
              .formatted(type, String.join(", ", known), String.join(", ", kinds)),
          at);
    } else if (place.getName().equals(PER_FILTER) && WITHOUT_ROUTES.contains(type)) {
      walk.found(
          Rule.EXTENSION_KIND,
          "found %s, whose filter takes no configuration of routes (expected: none)"
              .formatted(type),
          at);
    }
  }

  private static boolean isSocket(List<String> kinds) {
    return kinds.stream().anyMatch(kind -> kind.startsWith("envoy.transport_sockets."));
  }

  private static Any inner(Message value) {
    FieldDescriptor field = value.getDescriptorForType().findFieldByName(CONFIG);
    return field != null && value.getField(field) instanceof Any any
        ? any
        : Any.getDefaultInstance();
  }

  /** The types of a kind, for tests that hold the corpus against them. */
  static Set<String> ofKind(String kind) {
    Set<String> types = new TreeSet<>();
    KINDS.forEach((type, kinds) -> types.addAll(kinds.contains(kind) ? Set.of(type) : Set.of()));
    return types;
  }

  /** All types and their kinds, for the test that holds them against real Envoys. */
  static Map<String, List<String>> known() {
    return Map.copyOf(KINDS);
  }

  /** All places, for the test that holds them against the API. */
  static Map<String, List<String>> places() {
    return Map.copyOf(PLACES);
  }
}
