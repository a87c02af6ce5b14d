package dev.lish.admin;

import dev.lish.model.Locality;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.model.SnapshotKey;
import dev.lish.model.Version;
import dev.lish.serve.NodeView;
import dev.lish.serve.NodeView.TypeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node in the API; the fields that are null when nothing is known are there all the same. */
record NodeJson(
    String id,
    String cluster,
    LocalityJson locality,
    @Nullable String stage,
    @Nullable String group,
    Map<String, String> by,
    @Nullable Integer revision,
    String replica,
    String protocol,
    String connectedSince,
    String state,
    Map<String, TypeJson> types) {

  /** In Envoy's own words. */
  record LocalityJson(String region, String zone, String sub_zone) {
    static LocalityJson of(Locality locality) {
      return new LocalityJson(locality.region(), locality.zone(), locality.subZone());
    }
  }

  /** What a node has of one type. */
  record TypeJson(
      @Nullable String sent,
      @Nullable String acked,
      @Nullable String nacked,
      String message,
      String at,
      String file) {
    static TypeJson of(TypeView view) {
      return new TypeJson(
          view.sent().map(Version::value).orElse(null),
          view.acked().map(Version::value).orElse(null),
          view.nacked().map(Version::value).orElse(null),
          view.message(),
          view.at().toString(),
          view.file());
    }
  }

  private static final Comparator<NodeView> ORDER =
      Comparator.comparing((NodeView v) -> v.node().id()).thenComparing(NodeView::connectedSince);

  static NodeJson of(NodeView view, String replica) {
    Map<String, TypeJson> types = new LinkedHashMap<>();
    view.types().forEach((type, state) -> types.put(type.label(), TypeJson.of(state)));
    return new NodeJson(
        view.node().id(),
        view.node().cluster(),
        LocalityJson.of(view.node().locality()),
        view.key().map(SnapshotKey::stage).orElse(null),
        view.key().map(SnapshotKey::group).orElse(null),
        view.key().<Map<String, String>>map(SnapshotKey::by).orElse(Map.of()),
        view.revision().map(Revision::number).orElse(null),
        replica,
        view.protocol(),
        view.connectedSince().toString(),
        label(view.state()),
        types);
  }

  static String label(NodeView.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /**
   * One view per node, by id: the separate streams of one Envoy (one per type) are put together.
   * Aggregated streams stay apart, so that two Envoys with the same id are seen.
   */
  static List<NodeView> perNode(List<NodeView> streams) {
    Map<String, NodeView> separate = new LinkedHashMap<>();
    List<NodeView> nodes = new ArrayList<>();
    for (NodeView stream : streams) {
      if (stream.kind().ads()) {
        nodes.add(stream);
      } else {
        separate.merge(stream.node().id(), stream, NodeJson::together);
      }
    }
    nodes.addAll(separate.values());
    nodes.sort(ORDER);
    return nodes;
  }

  private static NodeView together(NodeView a, NodeView b) {
    Map<ResourceType, TypeView> types = new EnumMap<>(ResourceType.class);
    types.putAll(a.types());
    types.putAll(b.types());
    Instant since =
        a.connectedSince().isBefore(b.connectedSince()) ? a.connectedSince() : b.connectedSince();
    return new NodeView(
        a.node(), a.key(), a.revision(), a.kind(), since, worse(a.state(), b.state()), types);
  }

  private static NodeView.State worse(NodeView.State a, NodeView.State b) {
    return badness(a) >= badness(b) ? a : b;
  }

  private static int badness(NodeView.State state) {
    return switch (state) {
      case SYNCED -> 0;
      case BEHIND -> 1;
      case UNMATCHED -> 2;
      case NACKED -> 3;
    };
  }
}
