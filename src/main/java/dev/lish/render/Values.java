package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Nearest;
import dev.lish.model.ProblemKind;
import dev.lish.source.MeshFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What templates see as {@code values}: {@code values/common.yaml}, overridden by the stage's. */
final class Values {
  static final String FOLDER = "values/";

  private Values() {}

  /** The values of a stage. Maps are merged key by key, anything else is replaced. */
  static Map<String, @Nullable Object> read(
      MeshFolder folder, Mesh mesh, String stage, ProblemSink sink) {
    TreeSet<String> stages = new TreeSet<>(mesh.renders().values());
    for (String path : folder.files().tailMap(FOLDER).keySet()) {
      if (!path.startsWith(FOLDER)) {
        break;
      }
      String name = path.substring(FOLDER.length()).replaceFirst("\\.ya?ml$", "");
      if (!name.equals("common") && !stages.contains(name)) {
        sink.report(
            ProblemKind.UNUSED_FILE,
            path,
            0,
            "nothing reads this file (expected: values/common.yaml or values/STAGE.yaml; stages: %s)%s"
                .formatted(String.join(", ", stages), Nearest.question(name, stages)));
      }
    }
    return merge(readFile(folder, "common", sink), readFile(folder, stage, sink));
  }

  private static Map<String, @Nullable Object> readFile(
      MeshFolder folder, String name, ProblemSink sink) {
    SortedMap<String, ByteString> files = folder.files();
    String path = FOLDER + name + ".yaml";
    String other = FOLDER + name + ".yml";
    if (files.containsKey(path) && files.containsKey(other)) {
      sink.report(
          ProblemKind.VALUES_FILE,
          other,
          0,
          "there is " + path + " too (expected: one of the two)");
    }
    ByteString content = files.containsKey(path) ? files.get(path) : files.get(other);
    if (content == null) {
      return Map.of();
    }
    Optional<Text> text = Text.decode(files.containsKey(path) ? path : other, content, sink);
    List<Node> documents = text.map(t -> YamlText.parse(t, sink)).orElse(List.of());
    if (text.isEmpty() || documents.isEmpty()) {
      return Map.of();
    }
    YamlValues reader = new YamlValues(text.get(), sink, ProblemKind.VALUES_FILE);
    if (documents.size() > 1) {
      reader.error(documents.get(1), "a second YAML document (expected: one)");
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    reader
        .entries(documents.get(0), "values")
        .forEach((key, value) -> values.put(key, reader.plain(value, key)));
    return values;
  }

  private static Map<String, @Nullable Object> merge(
      Map<String, @Nullable Object> base, Map<String, @Nullable Object> over) {
    Map<String, @Nullable Object> merged = new LinkedHashMap<>(base);
    over.forEach(
        (key, value) -> {
          Object below = merged.get(key);
          merged.put(
              key,
              below instanceof Map<?, ?> a && value instanceof Map<?, ?> b
                  ? merge(named(a), named(b))
                  : value);
        });
    return merged;
  }

  private static Map<String, @Nullable Object> named(Map<?, ?> map) {
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    map.forEach((key, value) -> named.put(String.valueOf(key), value));
    return named;
  }
}
