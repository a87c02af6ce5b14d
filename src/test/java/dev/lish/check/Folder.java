package dev.lish.check;

import com.google.common.base.Splitter;
import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ResourceType;
import dev.lish.model.Revision;
import dev.lish.render.Inspection;
import dev.lish.render.Mesh;
import dev.lish.render.MeshReader;
import dev.lish.render.MessageTypes;
import dev.lish.render.Origin;
import dev.lish.render.Renderer;
import dev.lish.source.Inputs;
import dev.lish.source.MeshFolder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A mesh folder in memory, to be checked: one group of everything in {@code all/}. */
final class Folder {
  static final LocalDate TODAY = LocalDate.of(2026, 3, 1);
  private static final String MESH =
      """
      stages:
        - { name: release }
      groups:
        - { name: edge, resources: [ "all/**" ] }
      """;

  private final SortedMap<String, ByteString> files = new TreeMap<>();
  private final SortedMap<String, Set<String>> services = new TreeMap<>();

  private final List<String> versions = new ArrayList<>();
  private MessageTypes types = MessageTypes.builtIn();

  Folder() {
    with("mesh.yaml", MESH);
  }

  Folder with(String path, String content) {
    files.put(path, ByteString.copyFromUtf8(content));
    return this;
  }

  /** Where the resources of a type are, as far as they can be read. */
  List<Origin> origins(ResourceType type) {
    return inspect().values().stream()
        .flatMap(i -> i.groups().values().stream())
        .flatMap(g -> g.of(type).values().stream())
        .toList();
  }

  private SortedMap<String, Inspection> inspect() {
    MeshFolder folder = new MeshFolder(Revision.NONE, files);
    MeshReader.Reading mesh = MeshReader.read(folder);
    Renderer renderer = new Renderer(types);
    TreeMap<String, Inspection> stages = new TreeMap<>();
    for (String stage : mesh.mesh().map(Mesh::renders).orElse(new TreeMap<>()).keySet()) {
      TreeMap<String, Set<String>> registries = new TreeMap<>();
      services.keySet().forEach(name -> registries.put(name, Set.of("tag")));
      stages.put(
          stage,
          renderer.inspect(
              new Inputs(stage, folder, new TreeMap<>(), registries, new TreeMap<>(), true)));
    }
    return stages;
  }

  /** A registry has these services and no others. */
  Folder registry(String name, String... known) {
    services.put(name, Set.of(known));
    return this;
  }

  /** These messages are known. */
  Folder types(MessageTypes known) {
    types = known;
    return this;
  }

  /** These Envoy versions are in use. */
  Folder envoys(String... inUse) {
    versions.addAll(List.of(inUse));
    return this;
  }

  List<Finding> findings() {
    MeshFolder folder = new MeshFolder(Revision.NONE, files);
    List<Problem> problems = MeshReader.read(folder).problems();
    Check check = new Check(types, folder, versions);
    inspect().forEach(check::add);
    return check.findings(problems, services, TODAY);
  }

  /** {@code path:line rule} of each that is more than an info. */
  List<String> told() {
    return findings().stream()
        .filter(f -> f.rule().severity().reaches(Severity.WARNING))
        .map(f -> f.path() + ":" + f.line() + " " + f.rule().id())
        .toList();
  }

  /** What {@code told} should be by marks such as {@code #! rule} in the files. */
  List<String> marked() {
    Pattern mark = Pattern.compile("#! ([a-z-]+(?: [a-z-]+)*)");
    List<String> marked = new ArrayList<>();
    files.forEach(
        (path, content) -> {
          List<String> lines = content.toStringUtf8().lines().toList();
          for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = mark.matcher(lines.get(i));
            if (matcher.find()) {
              for (String rule : Splitter.on(' ').split(matcher.group(1))) {
                marked.add(path + ":" + (i + 1) + " " + rule);
              }
            }
          }
        });
    return marked;
  }
}
