package dev.lish.render;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.lish.model.ContentHash;
import dev.lish.model.Problem;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import dev.lish.source.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The resource files of one render, each parsed or evaluated once for all groups that see the same.
 */
final class Units {
  private final Inputs inputs;
  private final String stage;
  private final Map<String, @Nullable Object> values;
  private final Templates templates;
  private final DocumentReader reader;
  private final ParsedFiles parsed;
  private final ContentHash secrets;
  private final Map<String, Unit> plain = new HashMap<>();
  private final Map<Seen, Unit> steady = new HashMap<>();
  private final Map<Seen, Unit> changing = new HashMap<>();
  private Catalogs catalogs;

  /**
   * The files of these inputs.
   *
   * @param stage as templates see it
   */
  Units(
      Inputs inputs,
      String stage,
      Map<String, @Nullable Object> values,
      Templates templates,
      Parsing parsing) {
    this.inputs = inputs;
    this.stage = stage;
    this.values = values;
    this.templates = templates;
    this.reader = parsing.reader;
    this.parsed = parsing.files;
    this.secrets = hash(inputs);
    this.catalogs = new Catalogs(new TreeMap<>(), inputs.registries().keySet(), templates::reads);
  }

  /** How files are parsed, and what was parsed before. */
  record Parsing(DocumentReader reader, ParsedFiles files) {}

  /**
   * What one file gives one group.
   *
   * @param catalogs the registries whose services it read
   */
  record Unit(List<Document> documents, List<Problem> problems, SortedSet<String> catalogs) {
    /** True when an error is among its problems. */
    boolean failed() {
      return problems.stream().anyMatch(Problem::isError);
    }
  }

  /** A template and what else it sees. */
  private record Seen(String path, String group, SortedMap<String, String> by) {}

  private static ContentHash hash(Inputs inputs) {
    ContentHash hash = ContentHash.of(new byte[] {(byte) (inputs.offline() ? 1 : 0)});
    for (Map.Entry<String, ByteString> secret : inputs.secrets().entrySet()) {
      hash =
          hash.plus(
              ContentHash.of(secret.getKey().getBytes(UTF_8), secret.getValue().toByteArray()));
    }
    return hash;
  }

  /** From now on, templates see these services. */
  void use(SortedMap<String, List<Service>> services) {
    catalogs = new Catalogs(services, inputs.registries().keySet(), templates::reads);
    changing.clear();
    templates.retry();
  }

  /** What the file gives to Envoys of this group with these {@code by} values. */
  Unit get(ResourceFile file, String group, SortedMap<String, String> by) {
    if (!file.template()) {
      return plain.computeIfAbsent(file.path(), path -> parse(file));
    }
    Seen seen = new Seen(file.path(), group, by);
    Seen forAll = new Seen(file.path(), "", new TreeMap<>());
    for (Map<Seen, Unit> known : List.of(steady, changing)) {
      Unit unit = known.getOrDefault(forAll, known.get(seen));
      if (unit != null) {
        return unit;
      }
    }
    Variables variables = variables(group, by);
    Unit unit = evaluate(file, variables);
    (unit.catalogs.isEmpty() ? steady : changing)
        .put(variables.asked("group", "node") ? seen : forAll, unit);
    return unit;
  }

  private Unit parse(ResourceFile file) {
    ByteString content = content(file);
    // Documents hold their text, so two texts that differ in anything are two files.
    ContentHash hash = ContentHash.of(content.toByteArray());
    ParsedFiles.Parsed result = parsed.get(key(file, hash), () -> parse(reader, file, content));
    return new Unit(result.documents(), result.problems(), new TreeSet<>());
  }

  private static ParsedFiles.Parsed parse(
      DocumentReader reader, ResourceFile file, ByteString content) {
    ProblemSink sink = new ProblemSink();
    Optional<Text> text = Text.decode(file.path(), content, sink);
    List<Document> documents = text.map(t -> reader.read(file, t, sink)).orElse(List.of());
    return new ParsedFiles.Parsed(documents, sink.sorted(), content.size());
  }

  /**
   * Parses the files that are no templates on all cores, where nothing else wants them: it is most
   * of the work of a first render.
   */
  static void parseAhead(MeshFolder folder, Parsing parsing) {
    record Ahead(ParsedFiles.Key key, ParsedFiles.Parsed parsed) {}
    List<Ahead> all =
        folder.files().entrySet().parallelStream()
            .flatMap(
                entry ->
                    ResourceFile.of(entry.getKey())
                        .filter(file -> !file.template() && !isSecret(file))
                        .map(
                            file ->
                                new Ahead(
                                    new ParsedFiles.Key(
                                        file.path(),
                                        ContentHash.of(entry.getValue().toByteArray())),
                                    parse(parsing.reader, file, entry.getValue())))
                        .stream())
            .toList();
    all.forEach(ahead -> parsing.files.get(ahead.key, () -> ahead.parsed));
  }

  private static boolean isSecret(ResourceFile file) {
    return file.path().startsWith("secrets/") || file.path().contains("/secrets/");
  }

  private Unit evaluate(ResourceFile file, Variables variables) {
    ProblemSink sink = new ProblemSink();
    Optional<Text> template = Text.decode(file.path(), content(file), sink);
    if (template.isEmpty()) {
      return new Unit(List.of(), sink.sorted(), new TreeSet<>());
    }
    Templates.Result result = templates.evaluate(template.get(), variables, sink);
    if (result.text().isEmpty()) {
      return new Unit(List.of(), sink.sorted(), result.catalogs());
    }
    Text text = result.text().get();
    ContentHash hash = ContentHash.of(text.content().getBytes(UTF_8), content(file).toByteArray());
    ParsedFiles.Parsed parsedOutput =
        parsed.get(
            key(file, hash),
            () -> {
              ProblemSink own = new ProblemSink();
              List<Document> documents = reader.read(file, text, own);
              return new ParsedFiles.Parsed(documents, own.sorted(), text.content().length());
            });
    return new Unit(parsedOutput.documents(), parsedOutput.problems(), result.catalogs());
  }

  private ParsedFiles.Key key(ResourceFile file, ContentHash content) {
    return new ParsedFiles.Key(file.path(), isSecret(file) ? content.plus(secrets) : content);
  }

  private ByteString content(ResourceFile file) {
    return inputs.folder().files().getOrDefault(file.path(), ByteString.EMPTY);
  }

  private Variables variables(String group, SortedMap<String, String> by) {
    NodeVariables node = NodeVariables.of(by);
    return new Variables(
        Map.of(
            "stage", stage, "group", group, "node", node, "values", values, "registry", catalogs));
  }
}
