package dev.lish.render;

import dev.lish.source.DiscoveryQuery;
import dev.lish.source.Inputs;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
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
    Optional<Mesh> mesh = MeshReader.read(inputs.folder(), sink);
    if (mesh.isEmpty()) {
      return new Rendering.Refused(sink.sorted());
    }
    if (!mesh.get().renders().containsKey(inputs.stage())) {
      sink.error(
          MeshReader.PATH,
          0,
          "there is no stage %s (there are: %s)"
              .formatted(inputs.stage(), String.join(", ", mesh.get().renders().keySet())));
      return new Rendering.Refused(sink.sorted());
    }
    DocumentReader reader =
        new DocumentReader(
            types, new ServerSecrets(inputs.secrets(), placeholders || inputs.offline()));
    Units.Parsing parsing = new Units.Parsing(reader, files);
    return new Render(inputs, mesh.get(), parsing, previous, sink).run();
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
