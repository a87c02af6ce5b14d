package dev.lish.trial;

import dev.lish.source.files.YamlFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads what is expected of a request. */
final class ExpectationReader {
  private static final List<String> KEYS =
      List.of(
          "answer",
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

  private final YamlFile file;

  ExpectationReader(YamlFile file) {
    this.file = file;
  }

  Expectation read(Node node) {
    Fields fields = new Fields(file, node, "expect", KEYS);
    if (KEYS.stream().noneMatch(key -> fields.has(key) && !key.equals("eventually"))) {
      file.problem(fields.line(), "expect: nothing (expected: a status or more)");
    }
    return new Expectation(
        fields.line(),
        answer(fields),
        new Expectation.OfUpstream(
            fields.text("upstream").map(name -> name.equals("none") ? "" : name),
            fields.number("attempts", 0, 1_000),
            fields.get("upstream_request").map(this::attempt)),
        fields.get("split").flatMap(this::split),
        fields.duration("within"),
        fields.duration("at_least"),
        fields.duration("eventually").orElse(Duration.ZERO));
  }

  private static Expectation.OfAnswer answer(Fields fields) {
    Optional<String> status = fields.text("status");
    if (status.isPresent() && !status.get().matches("[1-5]([0-9]{2}|xx)")) {
      fields.wrong("status", status.get() + " (expected: a status such as 200, or 5xx)");
    }
    boolean none = fields.has("answer");
    if (none && !fields.text("answer").equals(Optional.of("none"))) {
      fields.wrong("answer", "not none (expected: none, or what the answer must be)");
    }
    for (String other : List.of("status", "headers", "body")) {
      if (none && fields.has(other)) {
        fields.wrong(other, "of no answer (expected: `answer: none` alone, or what it must be)");
      }
    }
    return new Expectation.OfAnswer(
        none,
        status.map(s -> s.replace('x', '.')),
        fields.matches("headers"),
        fields.match("body"));
  }

  private Expectation.OfAttempt attempt(Node node) {
    Fields fields =
        new Fields(
            file,
            node,
            "upstream_request",
            List.of(
                "method",
                "path",
                "headers",
                "body",
                "protocol",
                "tls",
                "server_name",
                "certificate"));
    return new Expectation.OfAttempt(
        new Expectation.OfConnection(
            fields.has("protocol") ? Optional.of(fields.isHttp2("protocol")) : Optional.empty(),
            fields.has("tls") ? Optional.of(fields.flag("tls")) : Optional.empty(),
            fields.match("server_name"),
            fields.match("certificate")),
        fields.match("method"),
        fields.match("path"),
        fields.matches("headers"),
        fields.match("body"));
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
        Expectation.OfAnswer.ANY,
        Expectation.OfUpstream.ANY,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO);
  }
}
