package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.YamlFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one test file. */
final class TestReader {
  private static final int MOST_REPEATS = 100_000;
  private static final String ACTIONS = "request, upstream, runtime, overlay or drain";

  private final YamlFile file;
  private final String path;
  private final MeshFolder folder;

  TestReader(YamlFile file, String path, MeshFolder folder) {
    this.file = file;
    this.path = path;
    this.folder = folder;
  }

  List<TestCase> read(Node root) {
    Fields fields = new Fields(file, root, "test file", "envoy", "stages", "tests");
    TestCase.Target target = target(fields, TestCase.Target.ANY);
    List<String> stages = fields.all("stages");
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

  private TestCase test(Node node, TestCase.Target target, List<String> stages) {
    Fields fields =
        new Fields(file, node, "test", "name", "envoy", "stages", "request", "expect", "steps");
    String name = fields.text("name").orElse("test in line " + fields.line());
    if (!fields.has("name")) {
      file.problem(fields.line(), "test: name: missing (expected: what it shows, in words)");
    }
    if (fields.has("steps") == fields.has("request")) {
      file.problem(fields.line(), "test " + name + ": expected either request or steps");
    }
    List<Step> steps = new ArrayList<>();
    if (fields.has("request")) {
      steps.add(ask(fields));
    }
    fields
        .get("steps")
        .ifPresent(
            list -> file.list(list, "steps").forEach(step -> step(step).ifPresent(steps::add)));
    return new TestCase(
        path,
        fields.line(),
        name,
        target(fields, target),
        fields.has("stages") ? fields.all("stages") : stages,
        steps);
  }

  private TestCase.Target target(Fields fields, TestCase.Target byDefault) {
    if (!fields.has("envoy")) {
      return byDefault;
    }
    TreeMap<String, String> by = new TreeMap<>(fields.texts("envoy"));
    return new TestCase.Target(Optional.ofNullable(by.remove("group")), by);
  }

  private Optional<Step> step(Node node) {
    Fields fields =
        new Fields(
            file, node, "step", "request", "expect", "upstream", "runtime", "overlay", "drain");
    long actions =
        List.of("request", "upstream", "runtime", "overlay", "drain").stream()
            .filter(fields::has)
            .count();
    if (actions != 1) {
      file.problem(
          fields.line(), "step: " + actions + " actions (expected: one of " + ACTIONS + ")");
      return Optional.empty();
    }
    if (fields.has("expect") && !fields.has("request")) {
      fields.wrong("expect", "without a request (expected: both)");
    }
    if (fields.has("request")) {
      return Optional.of(ask(fields));
    } else if (fields.has("runtime")) {
      return Optional.of(new Step.SetRuntime(fields.line(), fields.texts("runtime")));
    } else if (fields.has("upstream")) {
      return fields.get("upstream").map(this::behave);
    }
    return fields.has("overlay") ? fields.get("overlay").map(this::overlay) : drain(fields);
  }

  private Step behave(Node node) {
    Fields fields =
        new Fields(
            file,
            node,
            "upstream",
            "cluster",
            "endpoint",
            "status",
            "headers",
            "body",
            "delay",
            "reset");
    Step.Behaviour behaviour =
        new Step.Behaviour(
            fields.number("status", 200, 599).orElse(200),
            fields.texts("headers"),
            fields.text("body"),
            fields.duration("delay").orElse(Duration.ZERO),
            fields.flag("reset"));
    return new Step.Behave(fields.line(), endpoint(fields), behaviour);
  }

  private Step.Endpoint endpoint(Fields fields) {
    if (!fields.has("cluster")) {
      file.problem(fields.line(), "cluster: missing (expected: the name of a cluster)");
    }
    return new Step.Endpoint(
        fields.text("cluster").orElse(""), fields.number("endpoint", 1, 1_000_000));
  }

  private Optional<Step> drain(Fields fields) {
    Node node = fields.get("drain").orElseThrow();
    if (node instanceof MappingNode) {
      Fields which = new Fields(file, node, "drain", "cluster", "endpoint");
      return Optional.of(new Step.Drain(which.line(), Optional.of(endpoint(which))));
    }
    if (!fields.text("drain").equals(Optional.of("envoy"))) {
      fields.wrong("drain", YamlFile.found(node) + " (expected: envoy, or a cluster and endpoint)");
    }
    return Optional.of(new Step.Drain(fields.line(), Optional.empty()));
  }

  /** A folder below {@code tests/} whose files replace those of the mesh, or a map of files. */
  private Step overlay(Node node) {
    TreeMap<String, Optional<ByteString>> files = new TreeMap<>();
    if (node instanceof MappingNode) {
      for (Map.Entry<String, Node> entry : file.map(node, "overlay").entrySet()) {
        if (YamlFile.found(entry.getValue()).equals("null")) {
          files.put(entry.getKey(), Optional.empty());
        } else {
          file.text(entry.getValue(), "overlay: " + entry.getKey())
              .ifPresent(
                  text -> files.put(entry.getKey(), Optional.of(ByteString.copyFromUtf8(text))));
        }
      }
    } else {
      file.text(node, "overlay").ifPresent(name -> files.putAll(under(node, name)));
    }
    return new Step.Overlay(YamlFile.line(node), files);
  }

  private SortedMap<String, Optional<ByteString>> under(Node node, String name) {
    String prefix = "tests/" + name.replaceAll("/+$", "") + "/";
    TreeMap<String, Optional<ByteString>> files = new TreeMap<>();
    folder
        .files()
        .tailMap(prefix)
        .forEach(
            (path, content) -> {
              if (path.startsWith(prefix)) {
                files.put(path.substring(prefix.length()), Optional.of(content));
              }
            });
    if (files.isEmpty()) {
      file.problem(
          YamlFile.line(node), "overlay: no files in " + prefix + " (expected: files of the mesh)");
    }
    return files;
  }

  private Step ask(Fields step) {
    Node node = step.get("request").orElseThrow();
    Request request =
        request(
            new Fields(
                file,
                node,
                "request",
                "listener",
                "method",
                "path",
                "headers",
                "body",
                "tls",
                "repeat"));
    if (!step.has("expect")) {
      step.wrong("request", "without expect (expected: what must come of it)");
      return new Step.Ask(step.line(), request, ExpectationReader.nothing(step.line()));
    }
    return new Step.Ask(
        step.line(),
        request,
        step.get("expect").map(new ExpectationReader(file)::read).orElseThrow());
  }

  private Request request(Fields fields) {
    String target = fields.text("path").orElse("/");
    if (!target.startsWith("/") && !target.equals("*")) {
      fields.wrong("path", target + " (expected: a path, with a slash first)");
    }
    return new Request(
        fields.text("listener"),
        fields.text("method").orElse("GET"),
        target,
        fields.texts("headers"),
        fields.text("body").orElse(""),
        sni(fields),
        fields.number("repeat", 1, MOST_REPEATS).orElse(1));
  }

  private static Optional<String> sni(Fields fields) {
    return fields.text("tls").map(text -> text.equals("true") ? "" : text);
  }
}
