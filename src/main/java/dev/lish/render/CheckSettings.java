package dev.lish.render;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.model.ProblemKind;
import dev.lish.source.MeshFolder;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * What {@code checks.yaml} says: which Findings of {@code lish check} are known and allowed, and
 * what the Envoys' own bootstrap has. The server reads none of it.
 *
 * @param allowed which Findings are allowed
 * @param clusters that every Envoy has by its bootstrap, besides those of {@code lish bootstrap}
 * @param secrets likewise
 * @param runtimeLayers likewise
 * @param extensions of Envoy's bootstrap that every Envoy has
 * @param envoyVersions minor versions of the Envoys in use, such as 1.36
 */
public record CheckSettings(
    List<Allowed> allowed,
    Set<String> clusters,
    Set<String> secrets,
    Set<String> runtimeLayers,
    Set<String> extensions,
    List<String> envoyVersions) {
  /** The file's path in the mesh folder; it may be missing. */
  public static final String PATH = "checks.yaml";

  private static final String VERSIONS = "envoy_versions";

  /** What a folder without the file has. */
  public static final CheckSettings NONE =
      new CheckSettings(List.of(), Set.of(), Set.of(), Set.of(), Set.of(), List.of());

  /** Copies the collections. */
  public CheckSettings {
    allowed = List.copyOf(allowed);
    clusters = Set.copyOf(clusters);
    secrets = Set.copyOf(secrets);
    runtimeLayers = Set.copyOf(runtimeLayers);
    extensions = Set.copyOf(extensions);
    envoyVersions = List.copyOf(envoyVersions);
  }

  /**
   * Findings that are allowed.
   *
   * @param line where it is written
   * @param rule the rule's id
   * @param path a glob over mesh files
   * @param reason why; never empty
   * @param until the last day of it
   */
  public record Allowed(
      int line, String rule, String path, String reason, Optional<LocalDate> until) {
    /** True when it is about this file. */
    public boolean covers(String file) {
      return new Glob(path).matches(file);
    }
  }

  /**
   * What came of reading.
   *
   * @param problems sorted; what is wrong is left out of the settings
   */
  public record Reading(CheckSettings settings, List<Problem> problems) {
    /** Copies the list. */
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** Reads the file of a mesh folder. */
  public static Reading read(MeshFolder folder) {
    ByteString content = folder.files().get(PATH);
    if (content == null) {
      return new Reading(NONE, List.of());
    }
    ProblemSink sink = new ProblemSink();
    CheckSettings settings =
        Text.decode(PATH, content, sink)
            .map(
                text ->
                    read(
                        YamlText.parse(text, sink),
                        new YamlValues(text, sink, ProblemKind.CHECKS_FILE)))
            .orElse(NONE);
    return new Reading(settings, sink.sorted());
  }

  private static CheckSettings read(List<Node> documents, YamlValues values) {
    if (documents.size() != 1) {
      if (!values.sink().hasErrors()) {
        values
            .sink()
            .report(
                ProblemKind.CHECKS_FILE,
                PATH,
                0,
                documents.size() + " YAML documents (expected: one)");
      }
      return NONE;
    }
    Map<String, Node> fields =
        values.fields(documents.get(0), PATH, "allow", "bootstrap", VERSIONS);
    List<Allowed> allowed = new ArrayList<>();
    Node allow = fields.get("allow");
    if (allow != null) {
      for (Node item : values.list(allow, "allow")) {
        allowed(item, "allow[" + allowed.size() + "]", values).ifPresent(allowed::add);
      }
    }
    Node bootstrap = fields.get("bootstrap");
    Map<String, Node> known =
        bootstrap == null
            ? Map.of()
            : values.fields(
                bootstrap, "bootstrap", "clusters", "secrets", "runtime_layers", "extensions");
    return new CheckSettings(
        allowed,
        names(known, "clusters", values),
        names(known, "secrets", values),
        names(known, "runtime_layers", values),
        names(known, "extensions", values),
        versions(fields, values));
  }

  private static List<String> versions(Map<String, Node> fields, YamlValues values) {
    Set<String> versions = new TreeSet<>();
    Node node = fields.get(VERSIONS);
    int i = 0;
    for (Node item : node == null ? List.<Node>of() : values.list(node, VERSIONS)) {
      String what = VERSIONS + "[" + i++ + "]";
      // As it is written: 1.40 is a number too, and as such equal to 1.4.
      Optional<String> known =
          item instanceof ScalarNode text
              ? ApiHistory.known().version(text.getValue())
              : Optional.empty();
      if (known.isEmpty()) {
        values.mismatch(item, what, "one of " + String.join(", ", ApiHistory.known().versions()));
      }
      known.ifPresent(versions::add);
    }
    return List.copyOf(versions);
  }

  private static Set<String> names(Map<String, Node> fields, String key, YamlValues values) {
    Node node = fields.get(key);
    return node == null ? Set.of() : Set.copyOf(values.strings(node, "bootstrap." + key));
  }

  private static Optional<Allowed> allowed(Node item, String what, YamlValues values) {
    Map<String, Node> fields = values.fields(item, what, "rule", "path", "reason", "until");
    Optional<String> rule = text(fields, "rule", what, values);
    Optional<String> reason = text(fields, "reason", what, values).filter(r -> !r.isBlank());
    Optional<String> until = text(fields, "until", what, values);
    Optional<LocalDate> day = until.flatMap(CheckSettings::day);
    if (rule.isEmpty() || reason.isEmpty()) {
      values.report(
          ProblemKind.BAD_SILENCE,
          item,
          "%s: no %s (expected: rule: ID, reason: WHY, and if wanted path: GLOB, until: YYYY-MM-DD)"
              .formatted(what, rule.isEmpty() ? "rule" : "reason"));
      return Optional.empty();
    }
    if (until.isPresent() && day.isEmpty()) {
      values
          .as(ProblemKind.BAD_SILENCE)
          .mismatch(fields.getOrDefault("until", item), what + ".until", "a day as YYYY-MM-DD");
      return Optional.empty();
    }
    String path = text(fields, "path", what, values).orElse("**");
    return Optional.of(new Allowed(YamlText.line(item), rule.get(), path, reason.get(), day));
  }

  private static Optional<String> text(
      Map<String, Node> fields, String key, String what, YamlValues values) {
    return Optional.ofNullable(fields.get(key)).flatMap(n -> values.string(n, what + "." + key));
  }

  /** The day that a text such as {@code 2027-01-31} names. */
  public static Optional<LocalDate> day(String text) {
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
