package dev.lish.diff;

import com.google.protobuf.Any;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lish.delivery.Growth;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.ProtoJson;
import dev.lish.snapshot.ResourceSet;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares what Envoys have with what they would have. Pure. */
public final class Differ {
  private final ProtoJson json;

  /** Most kinds of Envoys share a resource, so a pair of resources is compared once. */
  private final Map<Pair, List<FieldChange>> known = new HashMap<>();

  private record Pair(Resource before, Resource after) {}

  /** A differ that shows resources so; secrets should be redacted. */
  public Differ(ProtoJson json) {
    this.json = json;
  }

  /** What differs; the keys of the maps are in the order to be shown. */
  public MeshDiff between(
      Map<SnapshotKey, Map<ResourceType, ResourceSet>> before,
      Map<SnapshotKey, Map<ResourceType, ResourceSet>> after) {
    Set<SnapshotKey> keys = new LinkedHashSet<>(after.keySet());
    keys.addAll(before.keySet());
    Map<SnapshotKey, List<ResourceChange>> kinds = new LinkedHashMap<>();
    for (SnapshotKey key : keys) {
      kinds.put(
          key,
          after.containsKey(key)
              ? changes(before.getOrDefault(key, Map.of()), after.getOrDefault(key, Map.of()))
              : gone(before.getOrDefault(key, Map.of())));
    }
    return new MeshDiff(kinds, Growth.jumps(sizes(before), sizes(after)));
  }

  private static Map<SnapshotKey, Growth.Sizes> sizes(
      Map<SnapshotKey, Map<ResourceType, ResourceSet>> setss) {
    Map<SnapshotKey, Growth.Sizes> sizes = new HashMap<>();
    setss.forEach(
        (key, sets) -> {
          Map<ResourceType, Map<String, Resource>> resources = new HashMap<>();
          sets.forEach((type, set) -> resources.put(type, set.byName()));
          resources.remove(ResourceType.ENDPOINT);
          sizes.put(key, Growth.Sizes.of(resources));
        });
    return sizes;
  }

  private static ResourceSet set(Map<ResourceType, ResourceSet> sets, ResourceType type) {
    return sets.getOrDefault(type, ResourceSet.empty(type));
  }

  private List<ResourceChange> changes(
      Map<ResourceType, ResourceSet> before, Map<ResourceType, ResourceSet> after) {
    List<ResourceChange> changes = new ArrayList<>();
    for (ResourceType type : ResourceType.values()) {
      ResourceSet was = set(before, type);
      ResourceSet is = set(after, type);
      Set<String> names = new TreeSet<>(was.byName().keySet());
      names.addAll(is.byName().keySet());
      for (String name : names) {
        change(was.get(name), is.get(name), after).ifPresent(changes::add);
      }
    }
    return changes;
  }

  /** No Envoy is of this kind any more, so none is told that these resources go. */
  private static List<ResourceChange> gone(Map<ResourceType, ResourceSet> before) {
    List<ResourceChange> changes = new ArrayList<>();
    for (ResourceType type : ResourceType.values()) {
      for (Resource resource : new TreeMap<>(set(before, type).byName()).values()) {
        changes.add(
            new ResourceChange(
                type,
                resource.name(),
                ResourceChange.Kind.REMOVED,
                resource.path(),
                List.of(),
                Effect.GONE,
                0));
      }
    }
    return changes;
  }

  private Optional<ResourceChange> change(
      Optional<Resource> before, Optional<Resource> after, Map<ResourceType, ResourceSet> sets) {
    if (before.equals(after)) {
      return Optional.empty();
    }
    Resource shown = after.or(() -> before).orElseThrow();
    ResourceChange.Kind kind =
        before.isEmpty()
            ? ResourceChange.Kind.ADDED
            : after.isEmpty() ? ResourceChange.Kind.REMOVED : ResourceChange.Kind.CHANGED;
    List<FieldChange> fields =
        before.isPresent() && after.isPresent()
            ? known.computeIfAbsent(
                new Pair(before.get(), after.get()), pair -> fields(pair.before(), pair.after()))
            : List.of();
    return Optional.of(
        new ResourceChange(
            shown.type(),
            shown.name(),
            kind,
            shown.path(),
            fields,
            effect(before, after),
            after.isPresent() ? bytes(after.get(), sets) : removal(shown)));
  }

  private List<FieldChange> fields(Resource before, Resource after) {
    List<FieldChange> fields = TreeDiff.between(json.tree(before), json.tree(after));
    // What is redacted is equal on both sides.
    return fields.isEmpty()
        ? List.of(
            new FieldChange(
                "a secret", Optional.of(ProtoJson.REDACTED), Optional.of(ProtoJson.REDACTED)))
        : fields;
  }

  private static Effect effect(Optional<Resource> before, Optional<Resource> after) {
    ResourceType type = after.or(() -> before).orElseThrow().type();
    return switch (type) {
      case CLUSTER ->
          before.isEmpty() ? Effect.WARMS : after.isEmpty() ? Effect.CLOSES : Effect.REBUILDS;
      case LISTENER ->
          before.isEmpty()
              ? Effect.WARMS
              : after.isEmpty() ? Effect.DRAINS : listener(before.get(), after.get());
      default -> Effect.AT_ONCE;
    };
  }

  private static Effect listener(Resource before, Resource after) {
    try {
      return ListenerChange.effect(
          Listener.parseFrom(before.body()), Listener.parseFrom(after.body()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(after + " does not parse, though Lish rendered it", e);
    }
  }

  /** With delta; a changed cluster is followed by its assignment, which Envoy waits for. */
  private static long bytes(Resource after, Map<ResourceType, ResourceSet> sets) {
    long bytes = pushed(after);
    if (after.type() == ResourceType.CLUSTER) {
      bytes +=
          assignmentName(after)
              .flatMap(set(sets, ResourceType.ENDPOINT)::get)
              .map(Differ::pushed)
              .orElse(0L);
    }
    return bytes;
  }

  /** As an entry of {@code DeltaDiscoveryResponse.resources}: with its name, type and version. */
  private static long pushed(Resource resource) {
    return CodedOutputStream.computeMessageSize(
        DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER,
        io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
            .setName(resource.name())
            .setVersion(resource.hash().toString())
            .setResource(
                Any.newBuilder().setTypeUrl(resource.type().typeUrl()).setValue(resource.body()))
            .build());
  }

  private static long removal(Resource resource) {
    return CodedOutputStream.computeStringSize(
        DeltaDiscoveryResponse.REMOVED_RESOURCES_FIELD_NUMBER, resource.name());
  }

  private static Optional<String> assignmentName(Resource resource) {
    try {
      Cluster cluster = Cluster.parseFrom(resource.body());
      String name = cluster.getEdsClusterConfig().getServiceName();
      return cluster.getType() == Cluster.DiscoveryType.EDS
          ? Optional.of(name.isEmpty() ? cluster.getName() : name)
          : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource + " does not parse, though Lish rendered it", e);
    }
  }
}
