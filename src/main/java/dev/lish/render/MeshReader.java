package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.GroupRule;
import dev.lish.model.NodeMatch;
import dev.lish.model.Problem;
import dev.lish.model.StageRule;
import dev.lish.source.MeshFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Takes {@code mesh.yaml}, gives a {@link Mesh} or Problems. */
public final class MeshReader {
  /** The file's path in the mesh folder. */
  public static final String PATH = "mesh.yaml";

  private static final int MAX_SNAPSHOTS = 256;

  /** {@code lish promote membership} and {@code values/common.yaml} are no stages. */
  private static final List<String> RESERVED = List.of("membership", "common");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final List<String> NODE_KEYS =
      List.of("id", "cluster", "locality.region", "locality.zone", "locality.sub_zone", "peer.san");

  private final YamlValues values;
  private final List<String> files;
  private final Map<String, Stage> stages = new LinkedHashMap<>();
  private final Map<String, Mesh.Group> groups = new LinkedHashMap<>();

  private MeshReader(YamlValues values, MeshFolder folder) {
    this.values = values;
    this.files =
        folder.files().keySet().stream().filter(path -> ResourceFile.of(path).isPresent()).toList();
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

  /** A stage as written: {@code renders} is empty unless it has one. */
  private record Stage(
      String name, Node at, Optional<NodeMatch> match, String renders, double percent) {}

  /** Reads nothing but {@code mesh.yaml}: who belongs where at this revision. */
  public static Reading read(MeshFolder folder) {
    ProblemSink sink = new ProblemSink();
    Optional<Mesh> mesh = read(folder, sink);
    return new Reading(mesh, sink.sorted());
  }

  static Optional<Mesh> read(MeshFolder folder, ProblemSink sink) {
    ByteString content = folder.files().get(PATH);
    if (content == null) {
      sink.error(PATH, 0, "there is no such file (expected: stages and groups)");
      return Optional.empty();
    }
    int before = sink.errorCount();
    Optional<Text> text = Text.decode(PATH, content, sink);
    List<Node> documents = text.map(t -> YamlText.parse(t, sink)).orElse(List.of());
    if (sink.errorCount() > before || text.isEmpty()) {
      return Optional.empty();
    }
    if (documents.size() != 1) {
      sink.error(PATH, 0, documents.size() + " YAML documents (expected: one)");
      return Optional.empty();
    }
    MeshReader reader = new MeshReader(new YamlValues(text.get(), sink), folder);
    Optional<Mesh> mesh = reader.read(documents.get(0));
    return sink.errorCount() > before ? Optional.empty() : mesh;
  }

  private Optional<Mesh> read(Node document) {
    Map<String, Node> fields = values.fields(document, PATH, "stages", "groups");
    int i = 0;
    for (var node : items(document, fields, "stages")) {
      readStage(node, "stages[" + i++ + "]");
    }
    i = 0;
    for (var node : items(document, fields, "groups")) {
      readGroup(node, "groups[" + i++ + "]");
    }
    List<StageRule> rules = new ArrayList<>();
    TreeMap<String, String> renders = new TreeMap<>();
    for (Stage stage : stages.values()) {
      Optional<StageRule> rule = rule(stage);
      rule.ifPresent(r -> warnIfUnreachable(r, stage, rules));
      rule.ifPresent(rules::add);
      renders.put(stage.name, stage.renders.isEmpty() ? stage.name : stage.renders);
    }
    return Optional.of(new Mesh(rules, renders, List.copyOf(groups.values())));
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

  private void readStage(Node node, String what) {
    var fields = values.fields(node, what, "name", "nodes", "renders", "percent");
    Optional<String> name = name(node, fields.get("name"), what);
    if (name.isEmpty()) {
      return;
    }
    var nodes = fields.get("nodes");
    var renders = fields.get("renders");
    var percent = fields.get("percent");
    if (renders == null && percent != null) {
      values.error(percent, what + ".percent without renders (expected: renders: STAGE)");
    }
    if (renders != null && percent == null) {
      values.error(
          renders, what + ".renders without percent (expected: percent: above 0, up to 100)");
    }
    if (renders != null && nodes != null) {
      values.error(nodes, what + ".nodes beside renders (expected: those of the stage it renders)");
    }
    if (RESERVED.contains(name.get())) {
      values.error(
          node, what + ".name: " + name.get() + " means something else (expected: another)");
    }
    Stage stage =
        new Stage(
            name.get(),
            node,
            renders == null ? Optional.of(match(nodes, what + ".nodes")) : Optional.empty(),
            renders == null ? "" : values.string(renders, what + ".renders").orElse(""),
            percent == null ? 100 : percent(percent, what + ".percent"));
    Stage first = stages.putIfAbsent(stage.name, stage);
    if (first != null) {
      values.error(
          node, "stage " + stage.name + " twice, first on line " + YamlText.line(first.at));
    }
  }

  private double percent(Node node, String what) {
    double percent = values.plain(node, what) instanceof Number number ? number.doubleValue() : 0;
    if (percent > 0 && percent <= 100) {
      return percent;
    }
    values.mismatch(node, what, "a number above 0, up to 100");
    return 100;
  }

  private Optional<StageRule> rule(Stage stage) {
    if (stage.match.isPresent()) {
      return Optional.of(new StageRule(stage.name, stage.match.get(), 100));
    }
    Stage rendered = stages.get(stage.renders);
    if (rendered == null) {
      values.error(
          stage.at,
          "renders: there is no stage \"%s\" (there are: %s)%s"
              .formatted(
                  stage.renders,
                  String.join(", ", stages.keySet()),
                  Nearest.question(stage.renders, stages.keySet())));
      return Optional.empty();
    }
    if (rendered.match.isEmpty()) {
      values.error(
          stage.at,
          "renders: stage " + rendered.name + " renders another itself (expected: one with nodes)");
      return Optional.empty();
    }
    return Optional.of(new StageRule(stage.name, rendered.match.get(), stage.percent));
  }

  private void warnIfUnreachable(StageRule rule, Stage stage, List<StageRule> above) {
    for (StageRule earlier : above) {
      if (earlier.percent() == 100
          && (earlier.match().equals(NodeMatch.ALL) || earlier.match().equals(rule.match()))) {
        values.warning(
            stage.at,
            "stage %s never gets an Envoy: stage %s above takes them all (order them otherwise)"
                .formatted(rule.name(), earlier.name()));
        return;
      }
    }
  }

  private void readGroup(Node node, String what) {
    var fields = values.fields(node, what, "name", "nodes", "by", "resources", "allow_empty");
    Optional<String> name = name(node, fields.get("name"), what);
    NodeMatch match = match(fields.get("nodes"), what + ".nodes");
    SortedMap<String, List<String>> by = by(fields.get("by"), what + ".by");
    List<String> resources = globs(node, fields.get("resources"), what + ".resources");
    var allow = fields.get("allow_empty");
    boolean allowEmpty =
        allow != null && values.bool(allow, what + ".allow_empty").orElse(Boolean.FALSE);
    if (name.isEmpty()) {
      return;
    }
    for (Mesh.Group above : groups.values()) {
      if (above.rule().match().equals(NodeMatch.ALL) && above.rule().by().isEmpty()) {
        values.warning(
            node,
            "group %s never gets an Envoy: group %s above takes them all (order them otherwise)"
                .formatted(name.get(), above.rule().name()));
      }
    }
    Mesh.Group group = new Mesh.Group(new GroupRule(name.get(), match, by), resources, allowEmpty);
    if (groups.putIfAbsent(name.get(), group) != null) {
      values.error(node, "group " + name.get() + " twice (expected: names that differ)");
    }
  }

  private List<String> globs(Node group, @Nullable Node node, String what) {
    if (node == null) {
      values.error(group, "no resources (expected: a list of globs, e.g. [ \"common/**\" ])");
      return List.of();
    }
    List<String> globs = new ArrayList<>();
    for (Node item : values.list(node, what)) {
      values.string(item, what + "[" + globs.size() + "]").ifPresent(globs::add);
    }
    if (globs.isEmpty()) {
      values.error(node, what + ": no glob (expected: at least one, e.g. \"common/**\")");
    }
    for (String text : globs) {
      if (text.isEmpty() || text.startsWith("/") || text.startsWith("./")) {
        values.error(
            node,
            "%s: \"%s\" (expected: a glob over paths from the mesh folder on, e.g. \"common/**\")"
                .formatted(what, text));
      } else if (files.stream().noneMatch(new Glob(text)::matches)) {
        values.warning(node, what + ": \"" + text + "\" matches no file");
      }
    }
    return globs;
  }

  private NodeMatch match(@Nullable Node node, String what) {
    TreeMap<String, String> globs = new TreeMap<>();
    if (node != null) {
      values
          .entries(node, what)
          .forEach(
              (key, value) -> {
                Optional<String> glob = values.string(value, what + "." + key);
                if (checkKey(key, value, what) && glob.isPresent()) {
                  globs.put(key, glob.get());
                }
                if (glob.isPresent() && glob.get().isEmpty()) {
                  values.error(value, what + "." + key + ": empty (expected: a glob)");
                }
              });
      if (globs.isEmpty()) {
        values.error(node, what + ": no key (leave it out to match every Envoy)");
      }
    }
    return new NodeMatch(globs);
  }

  private SortedMap<String, List<String>> by(@Nullable Node node, String what) {
    TreeMap<String, List<String>> by = new TreeMap<>();
    if (node == null) {
      return by;
    }
    long product = 1;
    for (var entry : values.entries(node, what).entrySet()) {
      String key = entry.getKey();
      List<String> listed = values.strings(entry.getValue(), what + "." + key);
      if (listed.isEmpty() || listed.stream().distinct().count() < listed.size()) {
        values.error(
            entry.getValue(), what + "." + key + ": " + listed + " (expected: values, each once)");
      }
      if (checkKey(key, entry.getValue(), what)) {
        by.put(key, listed);
      }
      product *= Math.max(1, Math.min(listed.size(), MAX_SNAPSHOTS + 1));
      product = Math.min(product, 1L << 40);
    }
    if (product > MAX_SNAPSHOTS) {
      values.error(
          node,
          "%s: %d combinations of values (expected: at most %d)"
              .formatted(what, product, MAX_SNAPSHOTS));
    }
    for (String key : by.keySet()) {
      if (by.keySet().stream().anyMatch(other -> other.startsWith(key + "."))) {
        values.error(node, what + ": " + key + " is a value and a map (expected: one of the two)");
      }
    }
    return by;
  }

  private boolean checkKey(String key, Node node, String what) {
    if (dev.lish.model.Node.isKey(key)) {
      return true;
    }
    values.error(
        node,
        "%s: unknown key \"%s\" (expected: %s or metadata.KEY)%s"
            .formatted(what, key, String.join(", ", NODE_KEYS), Nearest.question(key, NODE_KEYS)));
    return false;
  }

  private Optional<String> name(Node owner, @Nullable Node node, String what) {
    if (node == null) {
      values.error(owner, what + ": no name");
      return Optional.empty();
    }
    Optional<String> name = values.string(node, what + ".name");
    if (name.isPresent() && !NAME.matcher(name.get()).matches()) {
      values.error(
          node,
          "%s.name: \"%s\" (expected: letters, digits, \".\", \"_\" and \"-\", at most 63)"
              .formatted(what, name.get()));
      return Optional.empty();
    }
    return name;
  }
}
