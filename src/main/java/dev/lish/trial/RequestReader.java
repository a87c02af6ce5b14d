package dev.lish.trial;

import dev.lish.source.files.YamlFile;
import dev.lish.trial.wire.Behaviour;
import dev.lish.trial.wire.Name;
import dev.lish.trial.wire.Tls;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads requests, and certificates of both sides. */
final class RequestReader {
  private static final int MOST_REPEATS = 100_000;

  private final YamlFile file;

  RequestReader(YamlFile file) {
    this.file = file;
  }

  Request read(Node node) {
    Fields fields =
        new Fields(
            file,
            node,
            "request",
            List.of("listener", "protocol", "tls", "method", "path", "headers", "body", "repeat"));
    String target = fields.text("path").orElse("/");
    if (!target.startsWith("/") && !target.equals("*")) {
      fields.wrong("path", target + " (expected: a path, with a slash first)");
    }
    String method = fields.text("method").orElse("GET");
    if (!method.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      fields.wrong("method", method + " (expected: a method such as GET)");
    }
    return new Request(
        fields.text("listener"),
        fields.isHttp2("protocol"),
        fields.get("tls").flatMap(tls -> tls(fields, tls)),
        method,
        target,
        fields.texts("headers"),
        fields.text("body").orElse(""),
        fields.number("repeat", 1, MOST_REPEATS).orElse(1));
  }

  private Optional<Tls.Client> tls(Fields request, Node node) {
    if (!(node instanceof MappingNode)) {
      Optional<String> text = request.text("tls");
      return text.filter(t -> !t.equals("false"))
          .map(t -> new Tls.Client(Optional.empty(), t.equals("true") ? "" : t));
    }
    Fields fields = new Fields(file, node, "tls", List.of("server_name", "certificate"));
    return Optional.of(
        new Tls.Client(
            fields.get("certificate").map(this::certificate),
            fields.text("server_name").orElse("")));
  }

  /** A name, a list of names, or {@code { names: […], stranger: true }}. */
  Behaviour.Shown certificate(Node node) {
    if (!(node instanceof MappingNode)) {
      return new Behaviour.Shown(names(file.texts(node, "certificate")), false);
    }
    Fields fields = new Fields(file, node, "certificate", List.of("names", "stranger"));
    return new Behaviour.Shown(names(fields.all("names")), fields.flag("stranger"));
  }

  private static List<Name> names(List<String> texts) {
    return texts.stream().map(Name::of).toList();
  }
}
