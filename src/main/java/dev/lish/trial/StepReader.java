package dev.lish.trial;

import com.google.protobuf.ByteString;
import dev.lish.source.MeshFolder;
import dev.lish.source.files.YamlFile;
import dev.lish.trial.wire.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the steps of a test. */
final class StepReader {
  private static final List<String> ACTIONS =
      List.of("request", "upstream", "runtime", "overlay", "drain");

  private final YamlFile file;
  private final MeshFolder folder;
  private final RequestReader requests;

  StepReader(YamlFile file, MeshFolder folder) {
    this.file = file;
    this.folder = folder;
    this.requests = new RequestReader(file);
  }

  /** Empty after a Problem. */
  Optional<Step> read(Node node) {
    Fields fields =
        new Fields(
            file,
            node,
            "step",
            List.of("request", "expect", "upstream", "runtime", "overlay", "drain"));
    List<String> found = ACTIONS.stream().filter(fields::has).toList();
    if (found.size() != 1) {
      file.problem(
          fields.line(),
          "step: %s (expected: one of %s)"
              .formatted(
                  found.isEmpty() ? "nothing to do" : String.join(" and ", found),
                  String.join(", ", ACTIONS)));
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
            List.of(
                "cluster",
                "endpoint",
                "status",
                "headers",
                "body",
                "delay",
                "reset",
                "refuse",
                "certificate"));
    List<String> failures = List.of("reset", "refuse");
    List<String> failing = failures.stream().filter(fields::flag).toList();
    if (failing.size() == 2) {
      fields.wrong("refuse", "beside reset (expected: one of them)");
    }
    for (String answer : List.of("status", "headers", "body")) {
      if (!failing.isEmpty() && fields.has(answer)) {
        fields.wrong(
            answer,
            "beside %1$s (expected: %1$s alone, as nothing is answered)".formatted(failing.get(0)));
      }
    }
    Behaviour.Failure failure =
        failing.isEmpty()
            ? Behaviour.Failure.NONE
            : failing.get(0).equals("reset") ? Behaviour.Failure.RESET : Behaviour.Failure.REFUSE;
    if (failure == Behaviour.Failure.REFUSE && fields.has("delay")) {
      fields.wrong("delay", "beside refuse (expected: refuse alone, as it is at once)");
    }
    Behaviour behaviour =
        new Behaviour(
            fields.number("status", 200, 599).orElse(200),
            fields.texts("headers"),
            fields.text("body"),
            fields.duration("delay").orElse(Duration.ZERO),
            failure,
            fields.get("certificate").map(requests::certificate));
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
      Fields which = new Fields(file, node, "drain", List.of("cluster", "endpoint"));
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
        if (!MeshFolder.isPath(entry.getKey())) {
          file.problem(
              YamlFile.line(entry.getValue()),
              "overlay: \"" + entry.getKey() + "\" (expected: a path inside the mesh)");
        } else if (YamlFile.found(entry.getValue()).equals("null")) {
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

  /** A request and what is expected of it. */
  Step ask(Fields step) {
    Request request = step.get("request").map(requests::read).orElseThrow();
    if (!step.has("expect")) {
      step.wrong("request", "without expect (expected: what must come of it)");
      return new Step.Ask(step.line(), request, ExpectationReader.nothing(step.line()));
    }
    return new Step.Ask(
        step.line(),
        request,
        step.get("expect").map(new ExpectationReader(file)::read).orElseThrow());
  }
}
