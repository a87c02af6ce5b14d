package dev.lish.render;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.lish.model.Resource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.WeakHashMap;

/**
 * The clusters that a resource names, wherever in it: routes, mirrors, weights, matchers, filters
 * and their gRPC services, members of an aggregate. Envoy's API has one name for such a field
 * almost everywhere, so that what a newer filter has is found too.
 */
public final class ClusterNames {
  private static final Set<String> FIELDS =
      Set.of(
          "cluster",
          "clusters",
          "cluster_name",
          "cluster_names",
          "collector_cluster",
          "default_cluster");

  /** Called otherwise: the cluster weights of routes and of TCP and Thrift proxies. */
  private static final String WEIGHT = "ClusterWeight";

  /** The cluster that an Envoy says it belongs to is not one that it sends to. */
  private static final String NODE = "envoy.config.core.v3.Node";

  /** A revision that waits is looked at every second; one that goes takes its resources along. */
  private static final Map<Resource, SortedSet<String>> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final SortedSet<String> names = new TreeSet<>();

  private ClusterNames() {}

  /**
   * The names; those in a message whose type Lish does not know are not found.
   *
   * @throws IllegalArgumentException when it is not what its type says
   */
  public static SortedSet<String> of(Resource resource) {
    return KNOWN.computeIfAbsent(resource, ClusterNames::read);
  }

  private static SortedSet<String> read(Resource resource) {
    ClusterNames found = new ClusterNames();
    found.packed(resource.type().messageName(), resource.body());
    found.names.remove("");
    return Collections.unmodifiableSortedSet(found.names);
  }

  private void packed(String type, ByteString body) {
    Optional<Message> content = MessageTypes.builtIn().parse(type, body);
    // What Google's own messages hold is data: a Struct, a wrapper.
    content
        .filter(c -> !c.getDescriptorForType().getFile().getPackage().startsWith("google."))
        .ifPresent(this::walk);
  }

  private void walk(Message message) {
    if (message instanceof Any any) {
      String url = any.getTypeUrl();
      packed(url.substring(url.lastIndexOf('/') + 1), any.getValue());
      return;
    }
    String type = message.getDescriptorForType().getName();
    boolean node = message.getDescriptorForType().getFullName().equals(NODE);
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      Collection<?> values =
          entry.getValue() instanceof List<?> list ? list : List.of(entry.getValue());
      if (field.getJavaType() == JavaType.MESSAGE) {
        values.forEach(value -> walk((Message) value));
      } else if (field.getJavaType() == JavaType.STRING && !node && names(type, field)) {
        values.forEach(value -> names.add((String) value));
      }
    }
  }

  private static boolean names(String type, FieldDescriptor field) {
    return FIELDS.contains(field.getName())
        || (type.equals(WEIGHT) && field.getName().equals("name"));
  }
}
