package dev.lish.trial;

import dev.lish.source.files.YamlFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads what is expected of a request. */
final class ExpectationReader {
  private final YamlFile file;

  ExpectationReader(YamlFile file) {
    this.file = file;
  }

  Expectation read(Node node) {
    Fields fields =
        new Fields(
            file,
            node,
            "expect",
            "status",
            "headers",
            "body",
            "upstream",
            "attempts",
            "upstream_request",
            "split",
            "within",
            "at_least",
            "eventually");
    Optional<String> status = fields.text("status");
    if (status.isPresent() && !status.get().matches("[1-5]([0-9]{2}|xx)")) {
      fields.wrong("status", status.get() + " (expected: a status such as 200, or 5xx)");
    }
    if (!hasAny(fields)) {
      file.problem(fields.line(), "expect: nothing (expected: a status or more)");
    }
    return new Expectation(
        fields.line(),
        new Expectation.OfAnswer(
            status.map(s -> s.replace('x', '.')), fields.matches("headers"), fields.match("body")),
        upstream(fields),
        fields.get("split").flatMap(this::split),
        fields.duration("within"),
        fields.duration("at_least"),
        fields.duration("eventually").orElse(Duration.ZERO));
  }

  private static boolean hasAny(Fields fields) {
    return List.of(
            "status",
            "headers",
            "body",
            "upstream",
            "attempts",
            "upstream_request",
            "split",
            "within",
            "at_least")
        .stream()
        .anyMatch(fields::has);
  }

  private Expectation.OfUpstream upstream(Fields fields) {
    Optional<Fields> seen =
        fields
            .get("upstream_request")
            .map(n -> new Fields(file, n, "upstream_request", "method", "path", "headers"));
    return new Expectation.OfUpstream(
        fields.text("upstream").map(name -> name.equals("none") ? "" : name),
        fields.number("attempts", 0, 1_000),
        seen.flatMap(f -> f.match("method")),
        seen.flatMap(f -> f.match("path")),
        seen.map(f -> f.matches("headers")).orElseGet(TreeMap::new));
  }

  private Optional<Expectation.Split> split(Node node) {
    TreeMap<String, Integer> percent = new TreeMap<>();
    int tolerance = 5;
    for (Map.Entry<String, Node> entry : file.map(node, "split").entrySet()) {
      Optional<Integer> number = file.number(entry.getValue(), "split: " + entry.getKey(), 0, 100);
      if (entry.getKey().equals("tolerance")) {
        tolerance = number.orElse(tolerance);
      } else {
        number.ifPresent(n -> percent.put(entry.getKey(), n));
      }
    }
    if (percent.isEmpty()) {
      file.problem(YamlFile.line(node), "split: no cluster (expected: CLUSTER: PERCENT)");
      return Optional.empty();
    }
    return Optional.of(new Expectation.Split(percent, tolerance));
  }

  /** Expects nothing: for a request whose expectation is missing, which is a Problem already. */
  static Expectation nothing(int line) {
    return new Expectation(
        line,
        new Expectation.OfAnswer(Optional.empty(), new TreeMap<>(), Optional.empty()),
        new Expectation.OfUpstream(
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            new TreeMap<>()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO);
  }
}
