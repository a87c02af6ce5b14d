package dev.lish.render;

import dev.lish.model.Nearest;
import dev.lish.model.NodeMatch;
import dev.lish.model.ProblemKind;
import dev.lish.model.StageRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code stages:} of {@code mesh.yaml}. */
final class StageReader {
  /** {@code lish promote membership} and {@code values/common.yaml} are no stages. */
  private static final List<String> RESERVED = List.of("membership", "common");

  private final YamlValues values;
  private final MeshFields fields;
  private final Map<String, Stage> stages = new LinkedHashMap<>();

  StageReader(YamlValues values) {
    this.values = values;
    this.fields = new MeshFields(values);
  }

  /** A stage as written: {@code renders} is empty unless it has one. */
  private record Stage(
      String name, Node at, Optional<NodeMatch> match, String renders, double percent) {}

  /** Reads one stage. */
  void read(Node node, String what) {
    var entries = values.fields(node, what, "name", "nodes", "renders", "percent");
    Optional<String> name = fields.name(node, entries.get("name"), what);
    if (name.isEmpty()) {
      return;
    }
    var nodes = entries.get("nodes");
    var renders = entries.get("renders");
    var percent = entries.get("percent");
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
            renders == null ? Optional.of(fields.match(nodes, what + ".nodes")) : Optional.empty(),
            renders == null ? "" : values.string(renders, what + ".renders").orElse(""),
            percent == null ? 100 : percent(percent, what + ".percent"));
    Stage first = stages.putIfAbsent(stage.name, stage);
    if (first != null) {
      values.error(
          node, "stage " + stage.name + " twice, first on line " + YamlText.line(first.at));
    }
  }

  /** Stage to the stage whose bytes it gets. */
  SortedMap<String, String> renders() {
    TreeMap<String, String> renders = new TreeMap<>();
    stages.forEach(
        (name, stage) -> renders.put(name, stage.renders.isEmpty() ? name : stage.renders));
    return Collections.unmodifiableSortedMap(renders);
  }

  /** Who belongs to each stage; once all are read. */
  List<StageRule> rules() {
    List<StageRule> rules = new ArrayList<>();
    for (Stage stage : stages.values()) {
      Optional<StageRule> rule = rule(stage);
      rule.ifPresent(r -> warnIfUnreachable(r, stage, rules));
      rule.ifPresent(rules::add);
    }
    return rules;
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
        values.report(
            ProblemKind.WITHOUT_EFFECT,
            stage.at,
            "stage %s never gets an Envoy: stage %s above takes them all (order them otherwise)"
                .formatted(rule.name(), earlier.name()));
        return;
      }
    }
  }
}
