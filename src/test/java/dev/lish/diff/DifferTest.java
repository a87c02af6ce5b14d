package dev.lish.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.lish.model.Resource;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.render.MessageTypes;
import dev.lish.render.ProtoJson;
import dev.lish.snapshot.ResourceSet;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a change does to an Envoy. */
class DifferTest {
  private static final SnapshotKey EDGE = new SnapshotKey("release", "edge", new TreeMap<>());
  private final Differ differ = new Differ(ProtoJson.of(MessageTypes.builtIn()).redacted());

  private static Resource resource(ResourceType type, String name, Message message) {
    return Resource.of(type, name, message.toByteString(), type.folder() + "/a.yaml");
  }

  private static Map<SnapshotKey, Map<ResourceType, ResourceSet>> mesh(Resource... resources) {
    Map<ResourceType, ResourceSet> sets = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      List<Resource> all = List.of(resources).stream().filter(r -> r.type() == type).toList();
      sets.put(type, ResourceSet.of(type, all));
    }
    return Map.of(EDGE, sets);
  }

  private ResourceChange only(Resource before, Resource after) {
    MeshDiff diff = differ.between(mesh(before), mesh(after));
    assertThat(diff.all()).hasSize(1);
    return diff.all().findFirst().orElseThrow();
  }

  private Effect listeners(Listener.Builder before, Listener.Builder after) {
    return only(
            resource(ResourceType.LISTENER, "l", before.build()),
            resource(ResourceType.LISTENER, "l", after.build()))
        .effect();
  }

  private static Listener.Builder listener(String... chains) {
    Listener.Builder listener = Listener.newBuilder().setName("l");
    for (String chain : chains) {
      listener.addFilterChains(FilterChain.newBuilder().setName(chain));
    }
    return listener;
  }

  @Test
  void aListenerWithOtherFilterChainsDrainsThoseThatAreGone() {
    assertThat(listeners(listener("a", "b"), listener("a", "c"))).isEqualTo(Effect.DRAINS_CHAINS);
    assertThat(listeners(listener("a"), listener("a", "b"))).isEqualTo(Effect.AT_ONCE);
    assertThat(
            listeners(
                listener("a").setDefaultFilterChain(FilterChain.newBuilder().setName("x")),
                listener("a")))
        .isEqualTo(Effect.DRAINS_CHAINS);
  }

  @Test
  @SuppressWarnings("deprecation") // Envoy still heeds the field.
  void anyOtherChangeOfAListenerDrainsItWhole() {
    Listener.Builder buffered =
        listener("a").setPerConnectionBufferLimitBytes(UInt32Value.of(1024));
    assertThat(listeners(listener("a"), buffered)).isEqualTo(Effect.DRAINS);
    assertThat(listeners(listener("a"), listener())).isEqualTo(Effect.DRAINS);
    Listener.Builder proxied = listener();
    proxied.addFilterChains(
        FilterChain.newBuilder().setName("a").setUseProxyProto(BoolValue.of(true)));
    assertThat(listeners(listener("a"), proxied)).isEqualTo(Effect.DRAINS);
    Listener.Builder filtered =
        listener("a")
            .addListenerFilters(
                ListenerFilter.newBuilder().setName("envoy.filters.listener.proxy_protocol"));
    assertThat(listeners(listener("a"), filtered)).isEqualTo(Effect.DRAINS);
  }

  @Test
  void anyChangeOfAClusterRebuildsItAndItsAssignmentFollows() {
    Cluster.Builder cluster = Cluster.newBuilder().setName("c").setType(Cluster.DiscoveryType.EDS);
    cluster.getEdsClusterConfigBuilder().setServiceName("e");
    ClusterLoadAssignment assignment =
        ClusterLoadAssignment.newBuilder().setClusterName("e").build();
    Resource endpoints = resource(ResourceType.ENDPOINT, "e", assignment);
    Cluster after = cluster.clone().setAltStatName("other").build();
    MeshDiff diff =
        differ.between(
            mesh(resource(ResourceType.CLUSTER, "c", cluster.build()), endpoints),
            mesh(resource(ResourceType.CLUSTER, "c", after), endpoints));
    ResourceChange change = diff.all().findFirst().orElseThrow();
    assertThat(change.effect()).isEqualTo(Effect.REBUILDS);
    assertThat(change.bytes())
        .isEqualTo(
            DeltaDiscoveryResponse.newBuilder()
                .addResources(entry(resource(ResourceType.CLUSTER, "c", after)))
                .addResources(entry(endpoints))
                .build()
                .getSerializedSize());
    assertThat(change.fields())
        .singleElement()
        .hasToString("alt_stat_name: (not set) -> \"other\"");
  }

  @Test
  void additionsWarmAndRemovalsClose() {
    Resource cluster =
        resource(ResourceType.CLUSTER, "c", Cluster.newBuilder().setName("c").build());
    Resource listener = resource(ResourceType.LISTENER, "l", listener("a").build());
    MeshDiff added = differ.between(mesh(), mesh(cluster, listener));
    assertThat(added.all()).extracting(ResourceChange::effect).containsOnly(Effect.WARMS);
    assertThat(added.has(ResourceChange.Kind.REMOVED)).isFalse();
    MeshDiff removed = differ.between(mesh(cluster, listener), mesh());
    assertThat(removed.all())
        .extracting(ResourceChange::effect)
        .containsExactly(Effect.CLOSES, Effect.DRAINS);
    DeltaDiscoveryResponse told =
        DeltaDiscoveryResponse.newBuilder().addRemovedResources("c").build();
    assertThat(removed.all())
        .allSatisfy(change -> assertThat(change.bytes()).isEqualTo(told.getSerializedSize()));
    assertThat(differ.between(mesh(cluster), mesh(cluster)).isEmpty()).isTrue();
    assertThat(differ.between(Map.of(), mesh(cluster)).has(ResourceChange.Kind.ADDED)).isTrue();
  }

  /** Such Envoys are of another kind then, or the server holds the revision: none loses it all. */
  @Test
  void whatGoesWithItsGroupClosesNothing() {
    Resource cluster =
        resource(ResourceType.CLUSTER, "c", Cluster.newBuilder().setName("c").build());
    MeshDiff diff = differ.between(mesh(cluster), Map.of());
    assertThat(diff.all())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.kind()).isEqualTo(ResourceChange.Kind.REMOVED);
              assertThat(change.effect()).isEqualTo(Effect.GONE);
              assertThat(change.effect().disturbs()).isFalse();
              assertThat(change.bytes()).isZero();
            });
  }

  private static io.envoyproxy.envoy.service.discovery.v3.Resource entry(Resource resource) {
    return io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
        .setName(resource.name())
        .setVersion(resource.hash().toString())
        .setResource(
            Any.newBuilder().setTypeUrl(resource.type().typeUrl()).setValue(resource.body()))
        .build();
  }

  @Test
  void aChangedSecretIsNotShown() {
    List<FieldChange> fields = only(secret("geheim"), secret("anders")).fields();
    assertThat(fields).hasSize(1);
    assertThat(fields.toString()).doesNotContain("geheim").doesNotContain("anders");
  }

  private static Resource secret(String text) {
    GenericSecret.Builder generic =
        GenericSecret.newBuilder().setSecret(DataSource.newBuilder().setInlineString(text));
    return resource(
        ResourceType.SECRET,
        "s",
        Secret.newBuilder().setName("s").setGenericSecret(generic).build());
  }
}
