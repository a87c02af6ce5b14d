package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.source.MeshFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/** Takes {@code mesh.yaml}, gives a {@link Mesh} or Problems. */
public final class MeshReader {
  /** The file's path in the mesh folder. */
  public static final String PATH = "mesh.yaml";

  private final YamlValues values;
  private final StageReader stages;
  private final GroupReader groups;

  private MeshReader(YamlValues values, MeshFolder folder) {
    this.values = values;
    this.stages = new StageReader(values);
    this.groups =
        new GroupReader(
            values,
            folder.files().keySet().stream()
                .filter(path -> ResourceFile.of(path).isPresent())
                .toList());
  }

  /**
   * What came of reading.
   *
   * @param mesh empty when a Problem is an error
   * @param problems sorted; warnings are among them
   */
  public record Reading(Optional<Mesh> mesh, List<Problem> problems) {
    /** Copies the list. */
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** Reads nothing but {@code mesh.yaml}: who belongs where at this revision. */
  public static Reading read(MeshFolder folder) {
    ProblemSink sink = new ProblemSink();
    Optional<Mesh> mesh = read(folder, sink);
    return new Reading(mesh, sink.sorted());
  }

  static Optional<Mesh> read(MeshFolder folder, ProblemSink sink) {
    ByteString content = folder.files().get(PATH);
    if (content == null) {
      sink.report(
          ProblemKind.MESH_FILE, PATH, 0, "there is no such file (expected: stages and groups)");
      return Optional.empty();
    }
    int before = sink.errorCount();
    Optional<Text> text = Text.decode(PATH, content, sink);
    List<Node> documents = text.map(t -> YamlText.parse(t, sink)).orElse(List.of());
    if (sink.errorCount() > before || text.isEmpty()) {
      return Optional.empty();
    }
    if (documents.size() != 1) {
      sink.report(
          ProblemKind.MESH_FILE, PATH, 0, documents.size() + " YAML documents (expected: one)");
      return Optional.empty();
    }
    MeshReader reader =
        new MeshReader(new YamlValues(text.get(), sink, ProblemKind.MESH_FILE), folder);
    Mesh mesh = reader.read(documents.get(0));
    return sink.errorCount() > before ? Optional.empty() : Optional.of(mesh);
  }

  private Mesh read(Node document) {
    Map<String, Node> fields = values.fields(document, PATH, "stages", "groups", "guard");
    int i = 0;
    for (Node node : items(document, fields, "stages")) {
      stages.read(node, "stages[" + i++ + "]");
    }
    i = 0;
    for (Node node : items(document, fields, "groups")) {
      groups.read(node, "groups[" + i++ + "]");
    }
    GuardLimits guard = new GuardReader(values).read(fields.get("guard"));
    return new Mesh(stages.rules(), stages.renders(), groups.groups(), guard);
  }

  private List<Node> items(Node document, Map<String, Node> fields, String key) {
    var list = fields.get(key);
    if (list == null) {
      values.error(document, "no " + key + " (expected: a list of at least one)");
      return List.of();
    }
    var items = values.list(list, key);
    if (items.isEmpty()) {
      values.error(list, key + ": empty (expected: at least one)");
    }
    return items;
  }
}
