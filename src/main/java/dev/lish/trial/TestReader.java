package dev.lish.trial;

import dev.lish.source.MeshFolder;
import dev.lish.source.files.YamlFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one test file. */
final class TestReader {
  private final YamlFile file;
  private final String path;
  private final StepReader reader;

  TestReader(YamlFile file, String path, MeshFolder folder) {
    this.file = file;
    this.path = path;
    this.reader = new StepReader(file, folder);
  }

  List<TestCase> read(Node root) {
    Fields fields = new Fields(file, root, "test file", List.of("envoy", "stages", "tests"));
    TestCase.Target target = target(fields, TestCase.Target.ANY);
    TestCase.Stages stages = stages(fields, TestCase.Stages.ALL);
    List<TestCase> cases = new ArrayList<>();
    fields
        .get("tests")
        .ifPresent(
            list ->
                file.list(list, "tests").forEach(node -> cases.add(test(node, target, stages))));
    if (!fields.has("tests")) {
      file.problem(fields.line(), "tests: missing (expected: a list of tests)");
    }
    return cases;
  }

  private TestCase test(Node node, TestCase.Target target, TestCase.Stages stages) {
    Fields fields =
        new Fields(
            file, node, "test", List.of("name", "envoy", "stages", "request", "expect", "steps"));
    String name = fields.text("name").orElse("test in line " + fields.line());
    if (!fields.has("name")) {
      file.problem(fields.line(), "test: name: missing (expected: what it shows, in words)");
    }
    if (fields.has("steps") == fields.has("request")) {
      file.problem(
          fields.line(),
          "test %s: %s (expected: either request or steps)"
              .formatted(name, fields.has("steps") ? "both" : "neither request nor steps"));
    } else if (fields.has("steps") && fields.has("expect")) {
      fields.wrong("expect", "beside steps (expected: in a step, beside its request)");
    }
    List<Step> steps = new ArrayList<>();
    if (fields.has("request")) {
      steps.add(reader.ask(fields));
    }
    fields
        .get("steps")
        .ifPresent(
            list ->
                file.list(list, "steps").forEach(step -> reader.read(step).ifPresent(steps::add)));
    return new TestCase(
        path, fields.line(), name, target(fields, target), stages(fields, stages), steps);
  }

  private TestCase.Target target(Fields fields, TestCase.Target byDefault) {
    if (!fields.has("envoy")) {
      return byDefault;
    }
    TreeMap<String, String> by = new TreeMap<>(fields.texts("envoy"));
    int line = fields.get("envoy").map(YamlFile::line).orElse(0);
    return new TestCase.Target(line, Optional.ofNullable(by.remove("group")), by);
  }

  private static TestCase.Stages stages(Fields fields, TestCase.Stages byDefault) {
    return fields
        .get("stages")
        .map(node -> new TestCase.Stages(YamlFile.line(node), fields.all("stages")))
        .orElse(byDefault);
  }
}
