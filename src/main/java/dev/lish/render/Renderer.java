package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.model.ResourceType;
import dev.lish.model.SnapshotKey;
import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Takes what a stage's render reads, gives its resources or Problems. The same inputs always give
 * the same bytes; what it keeps between renders only saves work. Not for use by two threads at a
 * time.
 */
public final class Renderer {
  private static final long KEPT_CHARACTERS = 128L << 20;

  private final MessageTypes types;
  private final boolean placeholders;
  private final ParsedFiles files = new ParsedFiles(KEPT_CHARACTERS);

  /** Of inspections only, which a server makes none of. */
  private final IdentityHashMap<Document, Origin> origins = new IdentityHashMap<>();

  /** A renderer that knows these messages. */
  public Renderer(MessageTypes types) {
    this(types, false);
  }

  private Renderer(MessageTypes types, boolean placeholders) {
    this.types = types;
    this.placeholders = placeholders;
  }

  /** A renderer for tests: placeholders stand in for secrets, as they do offline. */
  public static Renderer withPlaceholders(MessageTypes types) {
    return new Renderer(types, true);
  }

  /**
   * Renders a stage's revision.
   *
   * @param previous what the stage serves now: a group that has clusters or listeners there must
   *     keep some, and what is equal is used again
   */
  public Rendering render(Inputs inputs, Optional<Rendered> previous) {
    ProblemSink sink = new ProblemSink();
    return prepare(inputs, previous, sink)
        .map(render -> render.run().rendering())
        .orElseGet(() -> new Rendering.Refused(sink.sorted()));
  }

  /** Renders a stage's revision as if it were the first, and tells where its resources are. */
  public Inspection inspect(Inputs inputs) {
    ProblemSink sink = new ProblemSink();
    Optional<Render> render = prepare(inputs, Optional.empty(), sink);
    if (render.isEmpty()) {
      return new Inspection(new Rendering.Refused(sink.sorted()), Map.of(), List.of());
    }
    Render.Outcome outcome = render.get().run();
    List<Problem> problems =
        outcome.rendering() instanceof Rendering.Refused refused ? refused.problems() : List.of();
    return new Inspection(
        outcome.rendering(),
        origins(outcome.attempt().written()),
        Inspection.Unread.of(problems, render.get().mesh()));
  }

  /** Parses the folder's plain files on all cores, before renders that are offline need them. */
  public void parseAhead(MeshFolder folder) {
    Units.parseAhead(folder, parsing(Collections.emptySortedMap(), true));
  }

  private Map<SnapshotKey, Inspection.Group> origins(
      Map<SnapshotKey, Map<ResourceType, Map<String, Document>>> written) {
    IdentityHashMap<Object, Inspection.Group> known = new IdentityHashMap<>();
    Map<SnapshotKey, Inspection.Group> groups = new LinkedHashMap<>();
    written.forEach(
        (key, documents) ->
            groups.put(key, known.computeIfAbsent(documents, d -> group(documents))));
    return groups;
  }

  private Inspection.Group group(Map<ResourceType, Map<String, Document>> documents) {
    SortedMap<ResourceType, SortedMap<String, Origin>> all = new TreeMap<>();
    documents.forEach(
        (type, byName) -> {
          TreeMap<String, Origin> some = new TreeMap<>();
          byName.forEach((name, d) -> some.put(name, origins.computeIfAbsent(d, Origin::new)));
          all.put(type, some);
        });
    return new Inspection.Group(all);
  }

  /** The render; empty after a Problem. */
  private Optional<Render> prepare(Inputs inputs, Optional<Rendered> previous, ProblemSink sink) {
    Optional<Mesh> mesh = MeshReader.read(inputs.folder(), sink);
    if (mesh.isEmpty()) {
      return Optional.empty();
    }
    if (!mesh.get().renders().containsKey(inputs.stage())) {
      sink.report(
          ProblemKind.MESH_FILE,
          MeshReader.PATH,
          0,
          "there is no stage %s (there are: %s)"
              .formatted(inputs.stage(), String.join(", ", mesh.get().renders().keySet())));
      return Optional.empty();
    }
    Units.Parsing parsing = parsing(inputs.secrets(), inputs.offline());
    return Optional.of(new Render(inputs, mesh.get(), parsing, previous, sink));
  }

  private Units.Parsing parsing(SortedMap<String, ByteString> secrets, boolean offline) {
    DocumentReader reader =
        new DocumentReader(types, new ServerSecrets(secrets, placeholders || offline));
    return new Units.Parsing(reader, files);
  }

  /** Every query that some group's endpoints need. */
  public static SortedSet<DiscoveryQuery> queries(Rendered rendered) {
    // Groups share specs, and a comparison makes two texts: what is the same is dropped before.
    Set<EndpointSpec> specs = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Rendered.Group group : rendered.groups().values()) {
      specs.addAll(group.endpoints().values());
    }
    Set<DiscoveryQuery> distinct = new HashSet<>();
    specs.forEach(spec -> distinct.addAll(spec.queries()));
    TreeSet<DiscoveryQuery> queries = new TreeSet<>(Comparator.comparing(DiscoveryQuery::toString));
    queries.addAll(distinct);
    return queries;
  }
}
